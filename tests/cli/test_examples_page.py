"""docs/how-to/test-your-definitions.md: its examples are run, and the failing one says what the page shows."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from measuremart.cli import app
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-to" / "test-your-definitions.md").read_text(encoding="utf-8")
MEASURE, RESULTS, COVERAGE = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(FAILS,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)
# A definition, from its name to the next one of the file.
_DEFINITION = r"^  {}:\n(?:(?:    .*)?\n)+"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "definitions", tmp_path / "definitions")
    (tmp_path / "macros").symlink_to(ROOT / "macros")
    (tmp_path / "models").symlink_to(ROOT / "models")
    return tmp_path


def replaced(file: Path, name: str, what: str, by: str) -> None:
    """Replace what a pattern finds in the definition of a name, which the file has once."""
    text = file.read_text(encoding="utf-8")
    (definition,) = re.findall(_DEFINITION.format(name), text, re.MULTILINE)
    new, count = re.subn(what, lambda _: by, definition, flags=re.DOTALL)
    assert count == 1
    file.write_text(text.replace(definition, new), encoding="utf-8")


def run(project: Path, *options: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["test", "--project-dir", str(project), *options])
    return done.exit_code, "".join(line for line in done.output.splitlines(True) if "warning: " not in line)


def test_the_example_of_a_measure(project: Path) -> None:
    file = project / "definitions" / "lung" / "measures_due.yml"
    name = "stage_iii_not_operated"
    replaced(file, name, ".+", MEASURE.removeprefix("measures:\n") + "\n")
    assert run(project, "--only", name, "--engine", "referee")[0] == 0
    replaced(file, name, r"to: \{days: 365\}", "to: {days: 364}")
    assert run(project, "--only", name) == (9, FAILS)


def test_the_example_of_what_a_report_says(project: Path) -> None:
    (name,) = re.findall(r"Of the indicator\n`(\w+)`", PAGE)
    file = project / "definitions" / "lung" / "indicators_treatment.yml"
    replaced(file, name, "    examples:\n.+", RESULTS + "\n")
    code, said = run(project, "--only", name)
    assert (code, said) == (
        0,
        "1 example on referee\n1 example on duckdb\n1 example: all as expected on referee and duckdb\n",
    )


def test_the_coverage_that_is_shown_is_the_packs() -> None:
    shown = yaml.safe_load(COVERAGE)["coverage"]
    assert shown == yaml.safe_load((ROOT / "definitions/gi_bleed/pack.yml").read_text(encoding="utf-8"))["coverage"]
