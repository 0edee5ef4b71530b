"""docs/how-to/errors.md: each definition gives the message below it, and the mended one none."""

import re
import shutil
from pathlib import Path

import pytest
from measuremart.pipeline import read_definitions
from measuremart.problems import UNUSED, Kind, Problem, exit_code

ROOT = Path(__file__).resolve().parents[2]
_YAML = re.compile(r"```yaml\n(.*?)```", re.DOTALL)
_SAID = re.compile(r"```text\n(definitions/mine/mine\.yml:.*?)\n```\n\nExit code (\d)", re.DOTALL)


def sections() -> dict[str, tuple[list[str], str, int]]:
    """By heading the definitions of a section, the message, and the exit code; sections without a message are left out."""
    page = (ROOT / "docs" / "how-to" / "errors.md").read_text(encoding="utf-8")
    found = {}
    for section in re.split(r"^## ", page, flags=re.MULTILINE)[1:]:
        said = _SAID.search(section)
        if said is not None:
            found[section.split("\n")[0]] = (_YAML.findall(section), said[1], int(said[2]))
    return found


SECTIONS = sections()


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A pack beside ours, still empty."""
    shutil.copytree(ROOT / "definitions", tmp_path / "definitions")
    (tmp_path / "definitions" / "mine").mkdir()
    return tmp_path / "definitions" / "mine" / "mine.yml"


def problems(mine: Path, text: str) -> list[Problem]:
    mine.write_text(text, encoding="utf-8")
    return [problem for problem in read_definitions(mine.parents[1]).problems if problem.check != UNUSED]


def test_the_page_has_sections() -> None:
    assert len(SECTIONS) > 15


@pytest.mark.parametrize("heading", SECTIONS)
def test_a_section(mine: Path, heading: str) -> None:
    (wrong, *mended), message, code = SECTIONS[heading]
    found = problems(mine, wrong)
    assert "\n".join(map(str, found)) == message
    assert exit_code(found) == code
    assert all(problem.kind is not Kind.WARNING for problem in found)
    for text in mended:
        assert problems(mine, text) == []
