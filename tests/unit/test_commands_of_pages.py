"""Every command that a page shows can be given as it stands: its subcommand, options, targets and selectors exist.

Which test runs the commands of a page, and which commands no test can run: test_pages_are_run.py.
"""

import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from dbt.cli.main import cli as dbt
from measuremart.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BLOCK = re.compile(r"^```(?:sh|bash|console|shell)\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENDS = {"|", ">", ">>", "&&", ";", "2>&1", "<", "||"}


def logical_lines(block: str) -> Iterator[str]:
    """Yield the lines of a block, those that a backslash or an open quote continues as one."""
    waiting = ""
    for line in block.replace("\\\n", " ").splitlines():
        waiting = f"{waiting}\n{line}" if waiting else line
        try:
            shlex.split(waiting, comments=True)
        except ValueError:
            continue
        yield waiting
        waiting = ""
    assert not waiting, f"a quote is not closed: {waiting}"


def commands(page: Path) -> Iterator[list[str]]:
    """Yield the words of each command of a page, those before a pipe or a redirection."""
    for block in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in logical_lines(block):
            words = shlex.split(line.removeprefix("$ "), comments=True)
            part: list[str] = []
            for word in [*words, ";"]:
                if word not in ENDS:
                    part.append(word)
                    continue
                if part:
                    yield part
                part = []


def without_settings(words: list[str]) -> list[str]:
    """Return a command without the environment variables that are set before it."""
    while words and re.match(r"^\w+=", words[0]):
        words = words[1:]
    return words


SHOWN = [(page.relative_to(ROOT).as_posix(), tuple(without_settings(w))) for page in PAGES for w in commands(page)]
OURS = [(page, words) for page, words in SHOWN if words and Path(words[0]).name == "measuremart"]
DBTS = [(page, words) for page, words in SHOWN if words and Path(words[0]).name == "dbt"]
MAKES = [(page, words) for page, words in SHOWN if words and words[0] == "make"]


def understood(group: Any, words: list[str]) -> None:
    """Raise an error of usage where a command has an option or argument too many, or too few."""
    context = group.make_context(group.name, list(words))
    name, command, rest = group.resolve_command(context, [*context._protected_args, *context.args])
    if hasattr(command, "commands"):
        understood(command, rest)
    elif "--help" not in rest:
        command.make_context(name, rest, parent=context)


def test_there_are_commands_to_look_at() -> None:
    assert len(OURS) > 40
    assert len(DBTS) > 10
    assert MAKES


@pytest.mark.parametrize(
    ("page", "words"), OURS, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_measuremart_takes_each_command(page: str, words: tuple[str, ...]) -> None:
    understood(typer.main.get_command(app), list(words[1:]))


@pytest.mark.parametrize(
    ("page", "words"), DBTS, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_dbt_takes_each_command(page: str, words: tuple[str, ...]) -> None:
    name, *rest = words[1:]
    command: Any = dbt.commands[name]
    if hasattr(command, "commands"):
        command = command.commands[rest.pop(0)]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    options = {word.partition("=")[0] for word in rest if word.startswith("-")}
    assert options <= known, f"{page}: dbt {name} has no {options - known}"
    selectors = {s["name"] for s in yaml.safe_load((ROOT / "selectors.yml").read_text(encoding="utf-8"))["selectors"]}
    named = {after for before, after in pairwise(rest) if before == "--selector"}
    assert named <= selectors, f"{page}: no selector {named - selectors}"


@pytest.mark.parametrize(
    ("page", "words"), MAKES, ids=lambda value: value if isinstance(value, str) else " ".join(value)
)
def test_make_has_each_target(page: str, words: tuple[str, ...]) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    asked = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    assert asked, f"{page}: make without a target"
    assert set(asked) <= targets, f"{page}: make has no {set(asked) - targets}"


@pytest.mark.parametrize("words", [["reprot"], ["report", "--nonsense"], ["import", "oa-cohort"], ["graph", "a", "b"]])
def test_a_command_that_does_not_exist_is_found(words: list[str]) -> None:
    with pytest.raises(Exception, match=r"No such|unexpected extra argument|Did you mean"):
        understood(typer.main.get_command(app), words)
