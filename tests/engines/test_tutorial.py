"""docs/tutorial.md, followed to the letter in an empty folder: every command, every file, every output shown."""

import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from page_runs import Block, Shell, blocks, exit_code, is_as_shown, plain
from test_own_repository import ROOT, SITE, wheel_of

PAGE = ROOT / "docs" / "tutorial.md"
OWN = (ROOT / "docs" / "how-to" / "own-repository.md").read_text(encoding="utf-8")
SAME_REPORT = next(block.text for block in blocks(OWN) if block.kind == "text")
_WRITTEN = re.compile(r"put this into\s+`([^`]+)`")
_CHANGED = re.compile(r"In\s+`([^`]+)`, change\s+$")

# pip takes the wheel of this commit, and the packages that it needs from where these tests run.
PIP = """
pip() {{
    if test "$*" = "install measuremart"; then
        echo {site} > "$(echo .venv/lib/python*/site-packages)/needed.pth"
        {python} -m pip --quiet --python .venv/bin/python install --no-deps --no-index {wheel}
    else
        test "$*" = "install --upgrade measuremart"
    fi
}}
"""


def follow(page: str, folder: Path) -> Iterator[tuple[Block, str, int]]:
    """Do what the page says in an empty folder; yield each block with commands, what they printed, and the exit code."""
    wheel = wheel_of(ROOT, folder / "wheel")
    scripts, empty = folder / "scripts", folder / "empty"
    scripts.mkdir()
    empty.mkdir()
    git = {f"GIT_{who}_{what}": "me@here" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    fast = {"DBT_LOG_LEVEL_FILE": "none", "MEASUREMART_DUCKDB_THREADS": "1"}  # a sixth of the time
    shell = Shell(empty, scripts, git | fast | {"COLUMNS": "140"})
    words = {"site": SITE, "python": sys.executable, "wheel": wheel}
    shell.run(PIP.format(**{name: shlex.quote(str(word)) for name, word in words.items()}))
    try:
        old: tuple[Path, str] | None = None
        for block in blocks(page):
            if block.kind == "sh":
                yield block, *shell.run(block.text)
            elif block.kind == "yaml":
                old = _write(block, shell.folder(), old)
            else:
                assert block.kind == "text", block
    finally:
        shell.close()


def _write(block: Block, folder: Path, old: tuple[Path, str] | None) -> tuple[Path, str] | None:
    """Write a file, or the second half of a change of one; of the first half, return the file and the text."""
    if written := _WRITTEN.search(block.before):
        file = folder / written[1]
        assert file.is_file(), f"{file}: the page says that it is there"
        file.write_text(block.text, encoding="utf-8")
        return None
    if changed := _CHANGED.search(block.before):
        return folder / changed[1], block.text
    assert old is not None, f"nothing says where this belongs:\n{block.text}"
    assert block.before.strip() == "to", block.before
    file, before = old
    text = file.read_text(encoding="utf-8")
    # The line of the page may be the beginning of one with a comment behind it.
    before, after = before.removesuffix("\n"), block.text.removesuffix("\n")
    assert text.count(before) == 1, f"{file}: not there once:\n{before}"
    file.write_text(text.replace(before, after), encoding="utf-8")
    return None


def shown_below(page: str) -> dict[int, Block]:
    """Return the blocks of output by the place of the block whose commands print it."""
    found = blocks(page)
    return {one.start: other for one, other in pairwise(found) if other.kind == "text"}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository at the end of the page, after each of its outputs was compared."""
    page = PAGE.read_text(encoding="utf-8")
    folder = tmp_path_factory.mktemp("tutorial")
    shown = shown_below(page)
    differs: list[str] = []
    for block, printed, code in follow(page, folder):
        output = shown.get(block.start)
        assert code == (exit_code(page, output) if output else 0), f"{block.text}\n{printed}"
        if output and not is_as_shown(output.text, printed):
            differs.append(f"{block.text}\nprints\n{plain(printed)}")
        if block.text == "measuremart report\n":
            assert is_as_shown(f"{SAME_REPORT}...\n", printed), "docs/how-to/own-repository.md shows the same report"
    assert not differs, "\n".join(differs)
    return folder / "empty" / "st-marys"


@pytest.mark.long
def test_the_page_as_written(repository: Path) -> None:
    """What the last report says is what a plain query over the reader's own files says."""
    files = repository.parent / "omop"
    with duckdb.connect(str(repository / "warehouse.duckdb"), read_only=True) as connection:
        counted = connection.sql(
            "select eligible, met from marts.agg_indicator where period_kind = 'all_time'"
        ).fetchall()
        by_hand = connection.sql(f"""
            with visit as (
                select person_id, min(coalesce(try_cast(visit_start_date as date), try_cast(visit_start_datetime as date))) as day
                from '{files}/visit_occurrence.parquet' where visit_concept_id = 9202 group by person_id
            ),
            asked as (
                select person_id, coalesce(try_cast(observation_date as date), try_cast(observation_datetime as date)) as day
                from '{files}/observation.parquet' where observation_concept_id = 43054909
            ),
            said as (
                select
                    exists (
                        select 1 from asked
                        where asked.person_id = visit.person_id and asked.day between visit.day - 30 and visit.day + 28
                    ) as is_met,
                    exists (select 1 from asked where asked.person_id = visit.person_id and asked.day is null) as is_unknown
                from visit where visit.day is not null
            )
            select count(*) filter (where is_met or not is_unknown), count(*) filter (where is_met) from said
        """).fetchall()
    assert counted == by_hand


def main() -> None:
    """Write the page with the outputs of today in place of those that differ."""
    page = PAGE.read_text(encoding="utf-8")
    shown = shown_below(page)
    new = page
    with tempfile.TemporaryDirectory() as folder:
        for block, printed, code in follow(page, Path(folder)):
            print(block.text, printed, f"exit code {code}", sep="\n", flush=True)
            output = shown.get(block.start)
            assert code == (exit_code(page, output) if output else 0)
            if output and not is_as_shown(output.text, printed):
                at = len(new) - (len(page) - output.start)  # what comes before has changed its length
                lines = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
                new = new[:at] + lines + new[at + output.end - output.start :]
                PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
