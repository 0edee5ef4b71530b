"""`measuremart test`: its words and its exit codes."""

from pathlib import Path

import pytest
from measuremart.cli import app
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
BASE = ROOT / "tests" / "unit" / "bad_input" / "base.yml"
PACK = """
measures:
  early:
    first: acted
    examples:
      - name: the first day
        events: {act: [{person: 1, episode: 10, start: 2024-01-05, concept: 1}]}
        expect: [{person: 1, episode: 10, date: 2024-01-05}]
  late:
    last: acted
    examples:
      - name: the wrong day
        events: {act: [{person: 1, episode: 10, start: 2024-01-05, concept: 1}]}
        expect: [{person: 1, episode: 10, date: 2024-01-06}]
"""


def run(*arguments: str) -> tuple[int, str, list[str]]:
    done = CliRunner().invoke(app, ["test", *arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    return done.exit_code, done.stdout, done.stderr.splitlines()


@pytest.fixture
def project(tmp_path: Path) -> list[str]:
    (tmp_path / "definitions" / "base").mkdir(parents=True)
    (tmp_path / "definitions" / "base" / "base.yml").write_text(BASE.read_text())
    (tmp_path / "definitions" / "mine").mkdir()
    (tmp_path / "definitions" / "mine" / "mine.yml").write_text(PACK)
    (tmp_path / "macros").symlink_to(ROOT / "macros")
    return ["--project-dir", str(tmp_path)]


def without_warnings(lines: list[str]) -> list[str]:
    return [line for line in lines if "warning:" not in line]


def test_all_as_expected(project: list[str]) -> None:
    code, out, error = run(*project, "--only", "early", "--engine", "referee")
    assert (code, out) == (0, "1 example: all as expected on referee\n")
    assert without_warnings(error) == ["1 example on referee"]


def test_both_engines_say_what_came(project: list[str]) -> None:
    code, out, error = run(*project)
    assert (code, out) == (9, "1 of 2 examples not as expected on referee and duckdb\n")
    assert without_warnings(error) == [
        line
        for engine in ("referee", "duckdb")
        for line in (
            f"2 examples on {engine}",
            f"definitions/mine/mine.yml:12:9: measure late: the wrong day: {engine}: "
            "expected {person: 1, episode: 10, date: 2024-01-06}; came {person: 1, episode: 10, date: 2024-01-05}",
        )
    ]


def test_one_engine_and_one_pack(project: list[str]) -> None:
    assert run(*project, "--engine", "duckdb", "--only", "early")[:2] == (0, "1 example: all as expected on duckdb\n")
    assert run(*project, "--engine", "referee", "--pack", "mine")[0] == 9
    assert run(*project, "--pack", "base")[:2] == (0, "no examples\n")


def test_what_is_not_there(project: list[str]) -> None:
    code, out, error = run(*project, "--only", "erly")
    assert (code, out, error[-1]) == (2, "", "unknown measure or indicator 'erly' (did you mean 'early'?)")
    code, out, error = run(*project, "--only", "act_rows")
    assert (code, out, error[-1]) == (2, "", "'act_rows' is a subquery; a measure or indicator is wanted here")
    code, out, error = run(*project, "--pack", "mne")
    assert (code, out, error[-1]) == (2, "", "unknown pack 'mne' (did you mean 'mine'?)")


def test_the_warehouse_says_no(project: list[str]) -> None:
    (Path(project[1]) / "macros").unlink()
    code, out, error = run(*project)
    assert (code, out) == (8, "")
    assert error[-1].startswith("there is no folder ")


def test_definitions_with_problems_are_not_run(project: list[str]) -> None:
    (Path(project[1]) / "definitions" / "mine" / "mine.yml").write_text(
        PACK.replace("episode: 10, start", "epsode: 10, start")
    )
    code, out, error = run(*project)
    assert (code, out) == (5, "")
    assert any("unknown role 'epsode' (did you mean 'episode'?)" in line for line in error)
    assert error[-1] == "2 problems in 1 file; nothing was written"


def test_coverage_is_printed_and_can_be_demanded(project: list[str]) -> None:
    said = [
        "mine: examples reach 0 of 3 rules, branches and reasons",
        "  indicator share: status met",
        "  indicator share: status not_met, reason no_candidate",
        "  indicator share: status ineligible, reason not_in_denominator",
    ]
    pack = Path(project[1]) / "definitions" / "mine" / "mine.yml"
    pack.write_text(
        PACK.split("  late:")[0]
        + "indicators: {share: {title: t, description: d, denominator: acted, numerator: person_acted}}\n"
    )
    arguments = (*project, "--engine", "referee")
    code, out, _ = run(*arguments, "--coverage", "--pack", "mine")
    assert (code, out.splitlines()[:-1]) == (0, said)
    code, out, _ = run(*arguments, "--demand-coverage", "mine")
    assert (code, out.splitlines()[:-1]) == (1, said)
    code, out, _ = run(*arguments, "--coverage")
    assert (code, out.splitlines()[0][:20]) == (0, "base: examples reach")
    assert run(*arguments, "--demand-coverage", "mne")[0] == 2


def test_a_pack_can_demand_coverage_and_name_what_cannot_be_reached(project: list[str]) -> None:
    folder = Path(project[1]) / "definitions" / "mine"
    start = PACK.split("  late:")[0]
    indicator = "indicators: {share: {title: t, description: d, denominator: acted, numerator: person_acted}}\n"
    (folder / "mine.yml").write_text(start + indicator)
    arguments = (*project, "--engine", "referee")
    parts = ["status met", "status not_met, reason no_candidate", "status ineligible, reason not_in_denominator"]

    def demand(*unreachable: str) -> None:
        entries = "".join(f'    - {{part: "{part}", because: b}}\n' for part in unreachable)
        text = "title: Mine\nneeds: [base]\ncoverage:\n  demanded: true\n"
        (folder / "pack.yml").write_text(text + ("  unreachable:\n" + entries if entries else ""))

    demand()
    code, out, _ = run(*arguments)
    assert (code, out.splitlines()[1:4]) == (1, [f"  indicator share: {part}" for part in parts])
    assert run(*arguments, "--pack", "base")[0] == 0
    assert run(*arguments, "--only", "acted")[0] == 0

    demand(*(f"indicator share: {part}" for part in parts))
    code, out, _ = run(*arguments)
    assert code == 0
    assert out.splitlines()[0] == (
        "mine: examples reach 0 of 0 rules, branches and reasons; 3 more cannot be reached, says pack.yml"
    )

    demand(*(f"indicator share: {part}" for part in [*parts, "status excepted"]))
    code, out, _ = run(*arguments)
    assert code == 1
    assert out.splitlines()[1] == (
        "  pack.yml calls unreachable what pack 'mine' has not: indicator share: status excepted"
    )

    demand(*(f"indicator share: {part}" for part in parts))
    world = """    examples:
      - name: an act
        cohort: [{person: 1, episode: 10, date: 2024-01-02}]
        results: [{person: 1, episode: 10, status: ineligible, reason: not_in_denominator}]
"""
    block = (
        "indicators:\n  share:\n    title: t\n    description: d\n    denominator: acted\n    numerator: person_acted\n"
    )
    (folder / "mine.yml").write_text(start + block + world)
    code, out, _ = run(*arguments)
    reached = "pack.yml calls unreachable what an example reaches: indicator share: status ineligible"
    assert (code, out.splitlines()[1]) == (1, f"  {reached}, reason not_in_denominator")
