"""The Epilepsy12 pack against the audit's rules in plain Python: hand-made and random children in a folder of untidy CSV files."""

import csv
import datetime as dt
import hashlib
import json
import random
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import hand_epilepsy12 as hand
import pytest
import yaml
from dbt_runs import ROOT, Warehouse
from epilepsy12_cases import CASES, rows_of
from measuremart.cli import app
from page_runs import Shell, blocks, linked_project
from typer.testing import CliRunner

from benchmarks.synthetic_epilepsy12.__main__ import DEMO_FOLDER, DEMO_PREFIX, stale, write
from benchmarks.synthetic_epilepsy12.tables import COLUMNS

AS_OF = dt.date(2025, 2, 28)
CHILDREN, SEED = 2500, 20
ONE_ROW = ("children", *hand.FORMS)
# Children in the files only: each would count, with a row in every table, and has opted out.
GONE = ("gone-a", "900001")
PAGE = ROOT / "docs" / "how-to" / "run-epilepsy12.md"
OPT_OUTS = {"opt_out_table": "opt_out", "opt_out_schema": "consent_of_test"}


def case_id(number: int) -> str:
    return f"case-{number}"


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tidy folder: random children, and the cases with ids that are no numbers."""
    folder: Path = tmp_path_factory.mktemp("clean")
    write(CHILDREN, SEED, folder, as_of=dt.date(2026, 6, 30))
    for table, columns in COLUMNS.items():
        with (folder / f"{table}.csv").open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            for number, (_, _, differs) in enumerate(CASES):
                writer.writerows(rows_of(case_id(number), differs).get(table, []))
    return folder


def untidy(clean: Path, folder: Path) -> None:
    """The same rows as real exports write them; what they say does not change."""
    rng = random.Random(4)
    for table, columns in COLUMNS.items():
        with (clean / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        if table in ("assessment", "syndromes", "sites", "children", "organisations"):
            rows += rng.sample(rows, len(rows) // 10)
        rows += [row for child in GONE for row in rows_of(child, EVERYTHING).get(table, [])]
        if table not in ("medicines",):
            rng.shuffle(rows)
        # Named like the column that tables of a schema have for the order of entry; in a file the rows have an order.
        shuffled = [*columns, "remark", "entry_order"]
        rng.shuffle(shuffled)
        with (folder / f"{table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, shuffled, quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")
            writer.writeheader()
            for row in rows:
                said = {column: _spelt(rng, column, row.get(column, "")) for column in columns}
                others = {"remark": 'a "quoted" word,\r\nand a second line', "entry_order": str(rng.randint(1, 9999))}
                writer.writerow(said | others)


def _spelt(rng: random.Random, column: str, value: str) -> str:
    if column == "child_id" or not value:
        return value
    if column == "country" and value == "Wales":
        return rng.choice((value, "WALES ", "wales"))
    if value in ("0", "1", "2", "9") and column not in ("entity", "imd_quintile"):
        return rng.choice((value, f"{value}.0"))
    if column.endswith(("_date", "_birth")):
        return rng.choice((value, f"{value} 00:00:00", f"{value}T00:00:00"))
    return value


@pytest.fixture(scope="module")
def audit(clean: Path, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The pack over the untidy folder, by the documented command."""
    files, exports = tmp_path_factory.mktemp("it's untidy"), tmp_path_factory.mktemp("exports")
    untidy(clean, files)
    built = Warehouse(tmp_path_factory.mktemp("audit"))
    listed = ", ".join(f"('epilepsy12', '{child}', 'audit', null)" for child in GONE)
    with duckdb.connect(str(built.database)) as connection:
        connection.execute("create schema consent_of_test")
        connection.execute(
            "create table consent_of_test.opt_out (population text, person_id text, purpose text, opted_out_on date)"
        )
        # Person 17 of another population is not the child 17.
        connection.execute(f"insert into consent_of_test.opt_out values {listed}, ('omop', '17', 'audit', null)")
    run = built.dbt(
        "build",
        "--select",
        "+tag:epilepsy12",
        "+path:models/marts",
        "path:seeds/generated",
        variables=_variables(files, exports, **OPT_OUTS),
    )
    assert run.exit_code == 0, run.output
    assert run.statuses["unreadable_epilepsy12_cells"] == "pass"
    built.exports = exports  # type: ignore[attr-defined]
    built.files = files  # type: ignore[attr-defined]
    return built


# Given to `rows_of`, a row in each table that can have several.
EVERYTHING: dict[str, Any] = {
    "medicines": [("Lamotrigine", "0", "2023-03-20", "", "")],
    "episodes": [("E", "FO", "", "")],
    "syndromes": [("Dravet syndrome",)],
}


def _variables(files: Path, exports: Path | str = "", **more: Any) -> dict[str, Any]:
    return {
        "packs": ["epilepsy12"],
        "e12_source": "files",
        "e12_files": str(files),
        "e12_exports": str(exports),
        "as_of": AS_OF.isoformat(),
    } | more


def exported(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def aggregates(rows: list[dict[str, str]]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    numbers = ("passed", "total_eligible", "ineligible", "incomplete")
    return {
        (row["level"], row["code"], int(row["cohort"]), row["kpi"]): tuple(int(row[n]) for n in numbers) for row in rows
    }


def test_the_cases_by_the_rules_in_python(clean: Path) -> None:
    scores = hand.kpi_scores(hand.read(clean, AS_OF))
    wrong = [
        (n, case, scores[case_id(n), case[0]]) for n, case in enumerate(CASES) if scores[case_id(n), case[0]] != case[1]
    ]
    assert not wrong


def test_the_cases(audit: Warehouse) -> None:
    found = {(r["child_id"], r["kpi"]): r["status"] for r in exported(audit.exports, "kpi_scores")}  # type: ignore[attr-defined]
    wrong = [
        (n, case, found[case_id(n), case[0]]) for n, case in enumerate(CASES) if found[case_id(n), case[0]] != case[1]
    ]
    assert not wrong


def test_every_score_of_every_registered_child(audit: Warehouse, clean: Path) -> None:
    rows = exported(audit.exports, "kpi_scores")  # type: ignore[attr-defined]
    found = {(r["child_id"], r["kpi"]): r["status"] for r in rows}
    by_hand = hand.kpi_scores(hand.read(clean, AS_OF))
    assert len(rows) == len(found) == len(by_hand) > 40_000
    assert {key: (found.get(key), status) for key, status in by_hand.items() if found.get(key) != status} == {}


def test_the_commands_of_the_page(clean: Path, tmp_path: Path) -> None:
    """docs/how-to/run-epilepsy12.md: the demo's command is run by test_make_demo, the build is that of these tests.

    Its settings are theirs; the children that the page makes are fewer here.
    """
    demo, built, more = [block.text for block in blocks(PAGE.read_text(encoding="utf-8")) if block.kind == "sh"]
    assert demo == "make demo PACK=epilepsy12\n"
    copied, command = built.splitlines()
    assert copied == "cp profiles.example.yml profiles.yml"
    words = shlex.split(command)
    assert words[:4] == ["measuremart", "build", "--pack", "epilepsy12"]
    said = yaml.safe_load(words[words.index("--vars") + 1])
    assert said.keys() | {"packs"} == _variables(clean).keys()
    shell = Shell(linked_project(tmp_path / "project"), tmp_path, {"PYTHONPATH": str(ROOT)})
    printed, code = shell.run(more.replace("50000", "50"))
    assert code == 0, printed
    assert sorted(file.stem for file in (shell.folder() / "audit").glob("*.csv")) == sorted(COLUMNS)
    shell.close()


def test_the_files_of_the_page(audit: Warehouse) -> None:
    """docs/how-to/run-epilepsy12.md: the tables that are read, and the files that are written, with their columns."""
    page = PAGE.read_text(encoding="utf-8")
    (read,) = re.findall(r"One CSV file per table in one folder: (.*?)\. ", page, re.DOTALL)
    assert set(re.findall(r"`(\w+)`", read)) == set(COLUMNS)
    written = re.findall(r"^\| `(kpi_\w+)\.csv` \| ([\w, ]+) \|", page, re.MULTILINE)
    folder = audit.exports  # type: ignore[attr-defined]
    assert {name: columns.split(", ") for name, columns in written} == {
        file.stem: list(exported(folder, file.stem)[0]) for file in folder.iterdir()
    }
    statuses = {row["status"] for row in exported(folder, "kpi_scores")}
    assert "; pass, fail, ineligible or not_scored" in page
    assert statuses == {"pass", "fail", "ineligible", "not_scored"}


def test_aggregates(audit: Warehouse, clean: Path) -> None:
    found = aggregates(exported(audit.exports, "kpi_aggregates"))  # type: ignore[attr-defined]
    by_hand = hand.kpi_aggregates(clean, hand.read(clean, AS_OF), AS_OF)
    assert len(by_hand) > 3000
    assert {key for key, numbers in found.items() if any(numbers)} == set(by_hand)
    assert {key: found[key] for key in by_hand} == by_hand


def test_every_entity_stands_in_every_cohort(audit: Warehouse, clean: Path) -> None:
    children = [c for c in hand.read(clean, AS_OF) if c.is_registered]
    cohorts = {hand.cohort_of(c.assessed) for c in children if c.assessed} - {3}
    entities = set()
    with (clean / "organisations.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            entities |= hand.entities(row)
    found = aggregates(exported(audit.exports, "kpi_aggregates"))  # type: ignore[attr-defined]
    assert {key[:2] for key in found} == entities
    assert len(found) == len(entities) * len(cohorts) * 21


def test_the_marts_have_the_same_aggregates(audit: Warehouse) -> None:
    """What every report with levels gets, and the audit's own export, are two statements over the same results."""
    marts = (
        "select level.level_name, level.entity, cast(replace(level.period, 'cohort_', '') as bigint), kpi.kpi, level.met, "
        "level.eligible, level.ineligible, level.unresolved from marts.agg_indicator_by_level as level "
        "inner join epilepsy12.epilepsy12_kpi as kpi on level.indicator = kpi.indicator "
        "where level.report = 'epilepsy12' and level.period_kind = 'named' and level.stratifier = 'all' "
        "and level.entity <> 'not attributed'"
    )
    export = (
        "select level, code, cohort, kpi, passed, total_eligible, ineligible, incomplete from exports.kpi_aggregates"
    )
    # The export also has cohorts of which no child counts yet, with zeros.
    ours, theirs = ({row for row in audit.rows(sql) if any(row[4:])} for sql in (marts, export))
    assert len(ours) > 2000
    assert ours == theirs


def test_strata_add_up_to_the_whole(audit: Warehouse) -> None:
    key = "report, indicator, period_kind, period, level_name, entity"
    numbers = "sum(met), sum(not_met), sum(unresolved), sum(ineligible), sum(excluded), sum(exception)"
    by_stratifier = f"select stratifier, {key}, {numbers} from marts.agg_indicator_by_level group by stratifier, {key}"
    rows = audit.rows(by_stratifier)
    assert {row[0] for row in rows} == {
        *("all", "sex", "age_group", "ethnicity", "deprivation", "seizures", "syndrome"),
    }
    assert len({row[1:] for row in rows}) == len(rows) / 7
    unknown = audit.rows("select distinct stratifier from marts.agg_case_mix where stratum = 'unknown' and n_keys > 0")
    assert {"seizures", "syndrome", "deprivation"} <= {row[0] for row in unknown}
    mixes = audit.rows(
        "select distinct stratifier, period, entity, level_name, sum(n_keys) over "
        "(partition by stratifier, period, level_name, entity) - of_keys from marts.agg_case_mix"
    )
    assert {row[-1] for row in mixes} == {0}


def test_attribution_to_the_lead(audit: Warehouse, clean: Path) -> None:
    variables = _variables(audit.files, e12_attribution="lead")  # type: ignore[attr-defined]
    run = audit.dbt("run", "--select", "kpi_aggregates", variables=variables)
    assert run.exit_code == 0, run.output
    rows = audit.rows(
        "select level, code, cohort, kpi, passed, total_eligible, ineligible, incomplete from exports.kpi_aggregates "
        "where passed + total_eligible + ineligible + incomplete > 0"
    )
    by_hand = hand.kpi_aggregates(clean, hand.read(clean, AS_OF), AS_OF, column="current_lead_org")
    assert {r[:4]: r[4:] for r in rows} == by_hand
    assert by_hand != hand.kpi_aggregates(clean, hand.read(clean, AS_OF), AS_OF)


def test_text_ids_become_numbers_that_stay(audit: Warehouse) -> None:
    rows = dict(audit.rows("select child_id, person_id from episodes.epilepsy12_child"))
    assert rows["17"] == 17
    assert rows["case-3"] == -1 - int(hashlib.md5(b"case-3").hexdigest()[:15], 16)
    assert len(set(rows.values())) == len(rows) == CHILDREN + len(CASES)


def number_of(child_id: str) -> int:
    """The number that stands for a child's id: itself, or a negative one that its text gives."""
    return int(child_id) if child_id.isdigit() else -1 - int(hashlib.md5(child_id.encode()).hexdigest()[:15], 16)


def holding(audit: Warehouse, child_id: str) -> set[str]:
    """Every relation that has the child's id, as text or number, in any column; but for the files and the list itself."""
    columns: dict[str, list[str]] = {}
    for relation, column, kind in audit.rows(
        "select table_schema || '.' || table_name, column_name, data_type from information_schema.columns "
        "where table_catalog = current_database() and table_schema not in ('files', 'consent_of_test') "
        "and table_name not in ('stg_consent__opt_out', 'opted_out_person')"
    ):
        if kind in ("VARCHAR", "BIGINT"):
            id_ = f"'{child_id}'" if kind == "VARCHAR" else number_of(child_id)
            columns.setdefault(relation, []).append(f"{column} = {id_}")
    each = [f"select '{name}' from {name} where {' or '.join(is_it)}" for name, is_it in columns.items()]
    return {name for (name,) in audit.rows(" union all ".join(each))}


@pytest.mark.parametrize("child_id", GONE)
def test_a_child_who_has_opted_out_is_in_the_files_alone(audit: Warehouse, child_id: str) -> None:
    """That no count holds the child either is what the tests of scores and aggregates say: the child would count."""
    for table in COLUMNS:
        if table != "organisations":
            assert audit.rows(f"select 1 from files.file_epilepsy12__{table} where child_id = '{child_id}'"), table
    assert holding(audit, child_id) == set()
    exports = [file.read_text(encoding="utf-8") for file in audit.exports.iterdir()]  # type: ignore[attr-defined]
    assert len(exports) == 2
    assert not any(child_id in text for text in exports)


def test_a_child_who_stays_is_found(audit: Warehouse) -> None:
    found = holding(audit, "case-3")
    assert found >= {
        "staging.stg_epilepsy12__children",
        "episodes.epilepsy12_child",
        "marts.dim_person",
        "marts.fct_indicator_result",
        "reports.report__epilepsy12__dataset",
        "exports.kpi_scores",
    }


def test_contradictory_rows_of_a_child_stop_the_build(audit: Warehouse, tmp_path: Path) -> None:
    for file in audit.files.iterdir():  # type: ignore[attr-defined]
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (tmp_path / "children.csv").open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        row, columns = next(iter(reader)), reader.fieldnames or []
    with (tmp_path / "children.csv").open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\r\n").writerow(row | {"sex": "9", "date_of_birth": "1999-01-01"})
    second = Warehouse(tmp_path)
    run = second.dbt("build", "--select", "+epilepsy12_child", variables=_variables(tmp_path))
    assert run.exit_code == 1
    assert run.statuses["row_key_epilepsy12_child_person_id"] == "fail"


def test_days_of_another_country_are_counted(clean: Path, tmp_path: Path) -> None:
    """Read as null they would leave children out, or change a score: the build has to say so."""
    for file in clean.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    with (clean / "children.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows, columns = list(reader), reader.fieldnames or []
    for row in rows[:5]:
        row["first_paediatric_assessment_date"] = "31/12/2023"
    rows[5] |= {"eligibility_criteria_met": "perhaps", "sex": "Female"}
    rows[6] |= {"date_of_birth": "NaN", "imd_quintile": "3.0", "registered_org": "X99"}
    with (tmp_path / "children.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)
    second = Warehouse(tmp_path)
    names = ("unreadable_epilepsy12_cells", "attributed_organisations_are_known")
    run = second.dbt("build", "--select", *(f"+{name}" for name in names), variables=_variables(tmp_path))
    assert run.exit_code == 0, run.output
    assert {name: run.statuses[name] for name in names} == dict.fromkeys(names, "warn")
    (compiled,) = run.target.rglob("compiled/**/unreadable_epilepsy12_cells.sql")
    assert sorted(second.rows(compiled.read_text())) == [
        ("children", "eligibility_criteria_met", 1),
        ("children", "first_paediatric_assessment_date", 5),
        ("children", "sex", 1),
    ]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"e12_source": "postgres"}, "e12_source is 'postgres'; it can be demo, schema or files"),
        ({"e12_source": "files"}, "e12_source is files, but e12_files names no folder"),
        ({"e12_attribution": "nearest"}, "e12_attribution is 'nearest'; it can be registered or lead"),
    ],
)
def test_settings_that_mean_nothing(warehouse: Warehouse, variables: dict[str, str], message: str) -> None:
    run = warehouse.dbt("compile", "--select", "stg_epilepsy12__sites", variables={"packs": ["epilepsy12"]} | variables)
    assert run.exit_code != 0
    assert message in " ".join(run.output.split())


def test_the_seeds_are_what_the_generator_makes() -> None:
    assert stale() == []


def test_the_seeds_show_every_state_of_every_score() -> None:
    children = [c for c in hand.read(DEMO_FOLDER, dt.date(2026, 6, 30), DEMO_PREFIX) if c.is_registered]
    counted = Counter(
        (kpi, status)
        for c in children
        if hand.counts(c, dt.date(2026, 6, 30))
        for kpi, status in hand.scores(c).items()
    )
    never_ineligible = {kpi for kpi, statuses in _reachable().items() if "ineligible" not in statuses}
    assert len(never_ineligible) == 12
    for kpi, statuses in _reachable().items():
        assert {hand.WORDS[s] for k, s in counted if k == kpi} == statuses, kpi


def _reachable() -> dict[str, set[str]]:
    """The statuses that the cases show for each score."""
    found: dict[str, set[str]] = {}
    for kpi, status, _ in CASES:
        found.setdefault(kpi, set()).add(status)
    assert len(found) == 21
    return found


def test_the_report_by_level_and_stratum_is_the_mart(audit: Warehouse) -> None:
    """Counts and Wilson's limits as printed from the file are those that SQL computed."""
    where = ["--project-dir", str(ROOT), "--profiles-dir", str(audit.folder / "profiles"), "--target", "duckdb"]
    cut = ["--level", "country", "--by", "sex", "--period", "cohort_6", "--format", "json"]
    done = CliRunner().invoke(
        app, ["report", "epilepsy12", *cut, *where], env={"MEASUREMART_DUCKDB": str(audit.database)}
    )
    assert done.exit_code == 0, done.output
    said = json.loads(done.stdout)
    columns = "indicator, entity, stratum, eligible, met, not_met, excluded, exception, unresolved, ineligible"
    intervals = "rate, lower_95, upper_95"
    ours = {tuple(r[c] for c in columns.split(", ")): tuple(r[c] for c in intervals.split(", ")) for r in said["rows"]}
    marts = audit.rows(
        f"select {columns}, {intervals} from marts.agg_indicator_by_level where report = 'epilepsy12' "
        "and level_name = 'country' and stratifier = 'sex' and period = 'cohort_6'"
    )
    assert len(ours) == len(marts) > 50
    assert ours == {row[:10]: tuple(None if v is None else float(v) for v in row[10:]) for row in marts}
    ((persons, nobody, nowhere),) = audit.rows(
        "select persons, unattributed, unknown_organisation from marts.agg_attribution where is_chosen"
    )
    assert nobody > 0
    assert (
        f"not attributed in all periods: {nobody + nowhere:,} of {persons:,} persons: {nobody:,} without an "
        f"organisation, {nowhere:,} with one that belongs to no level"
    ) in said["notes"]
