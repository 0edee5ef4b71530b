"""Many cases in one `dbt build`: real generator, real macros, contracts and shape tests."""

import json
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lab import dbt_server
from lab.cases import Member, Prepared, in_order
from lab.engines import Engine, environment, remove
from lab.models import LabModel, lab_models, table_name
from lab.project import write_project

COLUMNS = ("person_id", "episode_id", "measure_resolver", "measure_date")


class LaboratoryError(Exception):
    """dbt did not finish, or a case asks for what was not built."""


@dataclass(frozen=True)
class Statement:
    """A model's text as it was generated, and as dbt compiled it."""

    generated: str
    compiled: str


@dataclass(frozen=True)
class Answers:
    """What dbt built: members by case and relation, or what dbt said of a model or its shape test that failed.

    `shared_ids` are the relations of a case that read an event id which several records share.
    """

    members: dict[str, dict[str, list[Member]]]
    failures: dict[str, dict[str, str]]
    shared_ids: dict[str, set[str]] = field(default_factory=dict)
    statements: dict[str, dict[str, Statement]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def of(self, case: str, relation: str) -> list[Member]:
        """Return the members of a relation, sorted. Raises `LaboratoryError` where it failed to build or its test."""
        failure = self.failures.get(case, {}).get(relation)
        if failure:
            raise LaboratoryError(f"{relation} of case {case}: {failure}")
        if relation not in self.members.get(case, {}):
            raise LaboratoryError(f"case {case} has no relation {relation}")
        return self.members[case][relation]


class Laboratory:
    """Builds cases on one engine. Cases do not meet: their relations have a prefix each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def build(self, cases: list[Prepared]) -> Answers:
        """Load, build and test all cases in one dbt run; return every member table."""
        folder = Path(tempfile.mkdtemp(prefix="laboratory_"))
        try:
            return self._build(cases, folder)
        finally:
            remove(folder)

    def _build(self, cases: list[Prepared], folder: Path) -> Answers:
        clock = _Clock()
        models: dict[str, tuple[str, LabModel]] = {}
        sources: list[str] = []
        rendered: list[LabModel] = []
        for number, prepared in enumerate(cases):
            prefix = f"c{number:05d}"
            own = list(lab_models(prepared, prefix))
            rendered += own
            models |= {model.name: (prepared.case.name, model) for model in own}
            for table in prepared.tables.values():
                sources.append(table_name(prefix, table.name))
        clock.lap("render")
        self._engine.begin()
        for number, prepared in enumerate(cases):
            for table in prepared.tables.values():
                self._engine.load(table, table_name(f"c{number:05d}", table.name))
        self._engine.release()
        clock.lap("load")
        write_project(folder, rendered, sources, self._engine.profile())
        results = _dbt_build(folder)
        clock.lap("dbt")
        self._engine.begin()
        answers = Answers({}, {}, seconds=clock.laps)
        for result in results:
            self._file(result, models, answers)
        self._engine.release()
        clock.lap("read")
        return answers

    def _file(self, result: dict[str, Any], models: dict[str, tuple[str, LabModel]], answers: Answers) -> None:
        kind, _, name = result["unique_id"].split(".")[:3]
        if kind == "test":
            name = result["attached_to"].split(".")[-1]
        case, model = models[name]
        failures = answers.failures.setdefault(case, {})
        if result["status"] == "warn":
            answers.shared_ids.setdefault(case, set()).add(model.own_name)
        elif result["status"] not in ("success", "pass"):
            what = "its shape test" if kind == "test" else "dbt"
            failures.setdefault(model.own_name, f"{what}: {result['status']}: {result['message']}")
        elif kind == "model" and model.is_member:
            rows = self._engine.read(name, COLUMNS)
            answers.members.setdefault(case, {})[model.own_name] = in_order(rows)  # type: ignore[arg-type]
        if kind == "model":
            statement = Statement(model.sql, result.get("compiled_code") or "")
            answers.statements.setdefault(case, {})[model.own_name] = statement


class _Clock:
    def __init__(self) -> None:
        self.laps: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self.laps[name] = now - self._last
        self._last = now


def _dbt_build(folder: Path) -> list[dict[str, Any]]:
    """Run dbt in a process of its own: it leaves no open database, no logger and no settings behind in ours."""
    arguments = ["--no-use-colors", "--quiet", "build", "--project-dir", str(folder), "--profiles-dir", str(folder)]
    arguments += ["--no-partial-parse", "--log-level-file", "none"]
    code, said = dbt_server.run(arguments, environment(), folder)
    target = folder / "target"
    if code not in (0, 1) or not (target / "run_results.json").is_file():
        raise LaboratoryError(f"dbt exited {code}: {said[-4000:]}")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    for result in results:
        result["attached_to"] = manifest["nodes"][result["unique_id"]].get("attached_node")
    return results
