"""`dbt build` as steps and findings: what dbt does now, and what its tests and failures say, from its JSON log.

No value of a patient leaves this module: tests give counts, names and their descriptions; of what a database says only
the messages that cannot hold a cell are passed on. The rest is in dbt's own log file.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from measuremart.warehouse.dbt import WarehouseError, dbt_command

# dbt's words for how a seed, model or test ended, apart from those that went well.
_WARNED, _FAILED, _SKIPPED = {"warn"}, {"fail", "error"}, {"skipped"}
_ENDED = {"LogModelResult", "LogSeedResult", "LogTestResult", "LogNodeNoOpResult", "LogSkipResult", "SkippingDetails"}
# What dbt says once more in other words at the end.
_REPEATED = {"LogTestResult", "RunResultWarning", "RunResultWarningMessage", "RunResultFailure", "RunResultError"}
# A warning of a macro: it begins with what it is about, and a colon.
_OF_A_MACRO = "JinjaLogWarning"
# What engines say before they look at a row: DuckDB by the class of the error, PostgreSQL and connections, Spark.
_NO_CELL = re.compile(
    r"(catalog|binder|parser|permission|io|dependency|transactioncontext) error:"
    r"|[\w ]* \"[^\"]*\" does not exist|(column \S+|function .*) does not exist|syntax error|permission denied"
    r"|connection to|could not (connect|translate)|.*authentication failed|canceling statement|deadlock detected"
    r"|could not (extend|write to) file|out of memory|no space left"
    r"|\[(TABLE_OR_VIEW_NOT_FOUND|UNRESOLVED_COLUMN|PARSE_SYNTAX_ERROR|SCHEMA_NOT_FOUND|UNRESOLVED_ROUTINE)",
    re.IGNORECASE,
)
_LINES = 12  # of a message of dbt's own: the table of a broken contract fits


@dataclass(frozen=True, slots=True)
class Step:
    """One node that dbt has finished: its place among all of this run, and the folder of its file (`tests`: a test)."""

    number: int
    of: int
    folder: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A warning or failure: the test or model, what a test counted (null where nothing was), and the words for it."""

    kind: Literal["warning", "failure"]
    name: str
    count: int | None
    said: str


@dataclass(slots=True)
class Built:
    """What a build did: nodes by kind (seed, model, test) that were built or run, those skipped, and what was found.

    `models` are the names of the models that were built.
    """

    done: Counter[str] = field(default_factory=Counter)
    models: set[str] = field(default_factory=set)
    skipped: int = 0
    findings: list[Finding] = field(default_factory=list)
    log: Path = Path("logs/dbt.log")

    def number_of(self, kind: Literal["warning", "failure"]) -> int:
        """Return how many warnings, or failures, there are."""
        return sum(finding.kind == kind for finding in self.findings)


def build(project: Path, options: tuple[str, ...], on_step: Callable[[Step], None]) -> Built:
    """Run `dbt build`, calling `on_step` as each node ends.

    `options` are passed on to dbt (`--target`, `--vars`, `--select` ...). Raises `WarehouseError` where dbt stopped
    before the first node, or had none to build.
    """
    command = [dbt_command(), "--log-format", "json", "--no-use-colors", "build"]
    command += ["--project-dir", str(project), *options]
    environment = os.environ | {"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "PYTHONIOENCODING": "utf-8"}
    events: list[dict[str, Any]] = []
    complaints: list[str] = []
    is_read = False
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", env=environment
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                event = _event(line)
                if event is None:
                    complaints.append(line.strip())
                elif event["info"]["name"] in _ENDED:
                    events.append(event)
                    on_step(_step(event))
                elif event["info"]["level"] in ("warn", "error"):
                    events.append(event)
            is_read = True
        finally:
            if not is_read:
                process.terminate()
    built = _built(events, _descriptions(project, options), _log(project, options))
    if not any(event["info"]["name"] in _ENDED for event in events):
        said = [event["info"]["msg"].strip() for event in events] or complaints
        raise WarehouseError("\n".join(["dbt built nothing. It says:", *filter(None, said)]))
    if process.returncode != 0 and not built.number_of("failure"):
        built.findings.append(Finding("failure", "dbt", None, f"ended with exit code {process.returncode}"))
    return built


def _event(line: str) -> dict[str, Any] | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) and "info" in event else None


def _node(event: dict[str, Any]) -> dict[str, Any]:
    """Return what an event says of its node; {} where it is of none."""
    return dict(event["data"].get("node_info") or {})


def _step(event: dict[str, Any]) -> Step:
    data, node = event["data"], _node(event)
    folder = PurePosixPath(node.get("node_path") or "").parent.as_posix()
    kind = node.get("resource_type") or "node"
    of = data.get("total") or data.get("num_models") or 0
    return Step(data.get("index") or 0, of, f"{kind}s" if kind == "test" or folder == "." else folder)


def _built(events: list[dict[str, Any]], descriptions: dict[str, str], log: Path) -> Built:
    errors = {
        _node(event).get("unique_id"): event["data"]["msg"]
        for event in events
        if event["info"]["name"] == "RunResultError"
    }
    built = Built(log=log)
    for event in events:
        node = _node(event)
        if event["info"]["name"] in _ENDED:
            status, name = str(node.get("node_status")), node.get("node_name") or ""
            if status in _SKIPPED:
                built.skipped += 1
                continue
            built.done[node.get("resource_type") or ""] += 1
            if node.get("resource_type") == "model" and status not in _FAILED:
                built.models.add(name)
            if status in _WARNED | _FAILED:
                kind: Literal["warning", "failure"] = "warning" if status in _WARNED else "failure"
                is_count = event["info"]["name"] == "LogTestResult" and status != "error"
                count = event["data"].get("num_failures") if is_count else None
                unique_id = str(node.get("unique_id"))
                said = descriptions.get(unique_id, "") if is_count else without_cells(errors.get(unique_id, ""))
                built.findings.append(Finding(kind, name, count, said))
        elif event["info"]["level"] == "warn" and event["info"]["name"] not in _REPEATED:
            said = " ".join(event["info"]["msg"].removeprefix("[WARNING]: ").split())
            name = event["info"]["name"]
            if name == _OF_A_MACRO and ": " in said:
                name, said = said.split(": ", 1)
            finding = Finding("warning", name, None, said)
            if finding not in built.findings:
                built.findings.append(finding)
    built.findings.sort(key=lambda finding: finding.kind, reverse=True)  # what stopped the build stands last
    return built


def without_cells(message: str) -> str:
    """Return the part of a message about a failed node that no cell of a table can be in.

    What dbt says before it asks the database is passed on, without the macros that led there. Of what the database
    says, the first line is, where it is of a kind that comes before any row is read; a value that cannot be cast, or a
    key that is there twice, is not.
    """
    head, *rest = [line.strip() for line in message.strip().splitlines() if line.strip()] or [""]
    if head.startswith(("Compilation Error", "Parsing Error", "Dependency Error")):
        said = [line for line in rest if not line.startswith(("> in macro ", "> called by "))]
        return "\n".join([head, *said][:_LINES])
    first = rest[0] if rest else ""
    if _NO_CELL.match(first):
        # DuckDB offers the columns that there are: of a file without a heading, those are its first row.
        return f"{head}\n{first.split('Candidate bindings')[0].strip()}"
    return f"{head}\nwhat the database says may hold a value of a patient: it is in dbt's log only".strip()


def option_value(options: Sequence[str], name: str) -> str | None:
    """Return the value of an option among those for dbt, None where it is not given."""
    for number, word in enumerate(options):
        if word == name:
            return next(iter(options[number + 1 :]), None)
        if word.startswith(f"{name}="):
            return word.partition("=")[2]
    return None


def _log(project: Path, options: tuple[str, ...]) -> Path:
    """Return dbt's log file: dbt takes its folder from an option, a variable of the environment, or the project."""
    folder = option_value(options, "--log-path") or os.environ.get("DBT_LOG_PATH")
    return (Path(folder) if folder else project / "logs") / "dbt.log"


def _descriptions(project: Path, options: tuple[str, ...]) -> dict[str, str]:
    """Return the description of each node that dbt has just read by its unique id; {} where it could not read them."""
    folder = option_value(options, "--target-path") or os.environ.get("DBT_TARGET_PATH") or "target"
    try:
        nodes = json.loads((project / folder / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    except (OSError, ValueError, KeyError):
        return {}
    return {name: " ".join((node.get("description") or "").split()) for name, node in nodes.items()}
