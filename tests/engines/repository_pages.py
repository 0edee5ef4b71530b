"""How-tos for a hospital's own repository, followed to the letter: commands in one shell, files written, outputs compared.

What stands right before a block says what the block is: "`path`:" a file of that text, "At the end of `path`:" more of a
file, "In `path`, change" and "to" two halves of a change. A block of kind `yml` or `cron` shows settings that the page does not
take: it is not followed, nor is one of kind `console` (tests/unit/test_pages_are_run.py).
`PYTHONPATH=tests python tests/engines/repository_pages.py PAGE` writes the outputs of a page of docs/how-to anew.
"""

import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import duckdb
from page_runs import ROOT, Block, Shell, blocks, exit_code, is_as_shown, plain
from test_staging import source_columns

HOW_TO = ROOT / "docs" / "how-to"
_NEW = re.compile(r"`([^`]+\.\w+)`:\s*$")
_MORE = re.compile(r"At the end of\s+`([^`]+)`:\s*$")
_CHANGED = re.compile(r"In\s+`([^`]+)`, change\s*$")
_FAST = {"DBT_LOG_LEVEL_FILE": "none", "MEASUREMART_DUCKDB_THREADS": "1", "COLUMNS": "140"}


def demo_as_files(folder: Path) -> None:
    """Write the demo as parquet files, all columns that OMOP has among them, but for a table and a column."""
    (folder / "omop").mkdir()
    for file in sorted((ROOT / "seeds" / "demo").glob("demo__*.csv")):
        table = file.stem.removeprefix("demo__")
        rows = duckdb.sql(f"from read_csv('{file}', all_varchar = true)")
        lacking = set(source_columns(table)) - set(rows.columns) - {"state"}
        rows = rows.project(", ".join(["*", *(f"cast(null as varchar) as {column}" for column in sorted(lacking))]))
        if table != "device_exposure":
            rows.write_parquet(str(folder / "omop" / f"{table}.parquet"))


def follow(
    page: str, folder: Path, variables: Mapping[str, str] = {}, before: str = ""
) -> Iterator[tuple[Block, str, int]]:
    """Do what a page says in an empty folder beside the demo's files; yield each block, what it printed, its code.

    `before` are commands that make the shell what the reader's is.
    """
    scripts, empty = folder / "scripts", folder / "empty"
    scripts.mkdir(parents=True)
    empty.mkdir()
    demo_as_files(empty)
    git = {f"GIT_{who}_{what}": "me@here" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    shell = Shell(empty, scripts, git | _FAST | dict(variables))
    old: tuple[Path, str] | None = None
    try:
        shell.run(before)
        for block in blocks(page):
            if block.kind == "sh":
                yield block, *shell.run(block.text)
            elif block.kind not in ("text", "console", "cron", "yml"):
                old = write(block, shell.folder(), old)
    finally:
        shell.close()


def write(block: Block, folder: Path, old: tuple[Path, str] | None) -> tuple[Path, str] | None:
    """Write a file, more of one, or the second half of a change; of the first half, return the file and the text."""
    if more := _MORE.search(block.before):
        file = folder / more[1]
        file.write_text(f"{file.read_text(encoding='utf-8')}\n{block.text}", encoding="utf-8")
        return None
    if new := _NEW.search(block.before):
        file = folder / new[1]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return None
    if changed := _CHANGED.search(block.before):
        return folder / changed[1], block.text
    assert old is not None, f"nothing says where this belongs:\n{block.text}"
    assert block.before.strip() == "to", block.before
    file, text = old[0], old[0].read_text(encoding="utf-8")
    # The line of the page may be the beginning of one with a comment behind it.
    first, second = old[1].removesuffix("\n"), block.text.removesuffix("\n")
    assert text.count(first) == 1, f"{file}: not there once:\n{first}"
    file.write_text(text.replace(first, second), encoding="utf-8")
    return None


def shown_below(page: str) -> dict[int, Block]:
    """Return the blocks of output by the place of the block whose commands print it."""
    return {one.start: other for one, other in pairwise(blocks(page)) if other.kind == "text"}


def run(name: str, folder: Path, variables: Mapping[str, str] = {}, before: str = "") -> None:
    """Follow a page of docs/how-to, and compare every exit code and every output that it shows."""
    page = (HOW_TO / name).read_text(encoding="utf-8")
    shown = shown_below(page)
    ran = 0
    for block, printed, code in follow(page, folder, variables, before):
        ran += 1
        output = shown.get(block.start)
        assert code == (exit_code(page, output or block)), f"{block.text}\n{printed}"
        if output:
            assert is_as_shown(output.text, printed), f"{block.text}\nprints\n{plain(printed)}"
    assert ran, f"{name} has no commands"


def main(name: str) -> None:
    """Write a page with the outputs of today in place of those that differ."""
    path = HOW_TO / name
    page = new = path.read_text(encoding="utf-8")
    shown = shown_below(page)
    with tempfile.TemporaryDirectory() as folder:
        for block, printed, code in follow(page, Path(folder) / "run"):
            print(block.text, printed, f"exit code {code}", sep="\n", flush=True)
            output = shown.get(block.start)
            if output and not is_as_shown(output.text, printed):
                at = len(new) - (len(page) - output.start)  # what comes before has changed its length
                lines = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
                new = new[:at] + lines + new[at + output.end - output.start :]
                path.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
