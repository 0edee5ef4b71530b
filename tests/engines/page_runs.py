"""Pages of the documentation, run as a reader runs them: their commands in order in one shell, their files written.

A block of kind `sh` is run. A block of kind `text` is what the commands of the block before it print, errors included; a line
`...` stands for any lines. A block of kind `console` is not run: tests/unit/test_pages_are_run.py says why, for each.
`python tests/engines/test_tutorial.py` writes the outputs of the tutorial anew.
"""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(?P<kind>\w+)\n(?P<text>.*?)^```\n", re.MULTILINE | re.DOTALL)
_EXIT_CODE = re.compile(r"\s*Exit code (\d+)\.")
_SECONDS = re.compile(r" *\b\d+\.\d s\b")
_NOT_CLONED = {".git", ".venv", "build", "logs", "profiles.yml", "target"}
_MARK = "--- this block ended with"
# Lines of a screen: the output of a documented command fits one.
SCREEN = 60
_PRINTS = re.compile(r"^(?:dbt|git|make|measuremart|python) ", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block, the text since the block before it, and where the block's text is in the page."""

    kind: str
    text: str
    before: str
    start: int
    end: int


def blocks(page: str) -> list[Block]:
    """Return the fenced blocks of a page, in order."""
    found: list[Block] = []
    for match in _BLOCK.finditer(page):
        before = page[found[-1].end + len("```\n") if found else 0 : match.start()]
        found.append(Block(match["kind"], match["text"], before, *match.span("text")))
    return found


def exit_code(page: str, block: Block) -> int:
    """Return the exit code that the page states right below a block: 0 if it states none."""
    said = _EXIT_CODE.match(page, block.end + len("```\n"))
    return int(said[1]) if said else 0


def plain(printed: str) -> str:
    """Return what was printed without times of runs and without spaces that nobody sees."""
    lines = [_SECONDS.sub(" _ s", line.rstrip()) for line in printed.strip("\n").splitlines()]
    return "\n".join(lines)


def is_as_shown(shown: str, printed: str) -> bool:
    """Say whether a page shows what was printed; a line `...` of the page stands for any number of lines."""
    parts = [r"(?:.*\n)*?" if line == "..." else re.escape(line + "\n") for line in plain(shown).split("\n")]
    return re.fullmatch("".join(parts), plain(printed) + "\n") is not None


def linked_project(folder: Path) -> Path:
    """Make a folder with links to all that a clone of this project has; what is written beside them stays there."""
    folder.mkdir()
    for path in ROOT.iterdir():
        if path.suffix != ".duckdb" and path.name not in _NOT_CLONED:
            (folder / path.name).symlink_to(path)
    return folder


class Shell:
    """One bash that runs block after block: its folder and variables stay from one to the next."""

    def __init__(self, folder: Path, scripts: Path, variables: Mapping[str, str]) -> None:
        """Start it in a folder; the commands of this environment come first. `scripts` is a folder for the blocks."""
        self._scripts = scripts
        self._blocks = 0
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("DBT_", "MEASUREMART_"))}
        self._bash = subprocess.Popen(
            ["bash", "--norc"], cwd=folder, env=kept | dict(variables) | {"PATH": path}, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self.run("set -E; trap 'code=$?' ERR")

    def run(self, block: str) -> tuple[str, int]:
        """Return what a block of commands prints, and the exit code of the last of them that failed, else 0.

        A block that ends well and prints more than a screen for each of its commands is an error.
        """
        assert self._bash.stdin is not None
        assert self._bash.stdout is not None
        self._blocks += 1
        script = self._scripts / f"{self._blocks}.sh"
        script.write_text(block, encoding="utf-8")
        self._bash.stdin.write(f"code=0; . {script} </dev/null; printf '\\n{_MARK} %s\\n' $code\n")
        self._bash.stdin.flush()
        lines: list[str] = []
        for line in self._bash.stdout:
            if line.startswith(_MARK):
                code = int(line.removeprefix(_MARK))
                commands = max(1, len(_PRINTS.findall(block)))
                assert code or len(lines) <= SCREEN * commands, f"{len(lines)} lines:\n{block}\n{''.join(lines)}"
                return "".join(lines).removesuffix("\n"), code
            lines.append(line)
        raise AssertionError("the shell ended:\n" + "".join(lines))

    def folder(self) -> Path:
        """Return the folder that the shell is in."""
        return Path(self.run("pwd")[0].strip())

    def close(self) -> None:
        """End the shell."""
        assert self._bash.stdin is not None
        self._bash.stdin.close()
        self._bash.wait()
