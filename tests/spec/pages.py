"""The reference pages of the examples: `python tests/spec/pages.py` writes them, `--check` says whether they are current."""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from spec.reading import AS_OF, SHARED, Example, Grid, Scene, SpecFile, spec_files
from spec.report_reading import ReportExample, ReportFile, report_files

PAGES = Path(__file__).resolve().parents[2] / "docs" / "reference" / "spec"
_NOTE = "<!-- Made by tests/spec/pages.py from tests/spec/{name}. Do not edit: change the examples, then run it. -->"


def pages() -> dict[str, str]:
    """Return {file name: text} of all pages."""
    files, reports = spec_files(), report_files()
    own = {f"{file.name}.md": _page(file) for file in files}
    return {"README.md": _index(files, reports)} | own | {f"report_{r.name}.md": _report_page(r) for r in reports}


def outdated() -> list[str]:
    """Return the names of pages that are missing, differ, or should not be there."""
    wanted = pages()
    there = {p.name: p.read_text(encoding="utf-8") for p in PAGES.glob("*.md")}
    return sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))


def write() -> None:
    """Make the folder as it should be."""
    PAGES.mkdir(parents=True, exist_ok=True)
    wanted = pages()
    for path in PAGES.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (PAGES / name).write_text(text, encoding="utf-8")


def _index(files: list[SpecFile], reports: list[ReportFile]) -> str:
    examples = sum(len(scene.examples) for file in files for scene in file.scenes)
    examples += sum(len(report.examples) for report in reports)
    lines = [
        _NOTE.format(name="*.yml"),
        "",
        "# The meaning of definitions, by example",
        "",
        f"{examples} examples: small tables in, members out. Each has a sentence, and names the paragraph of "
        "[semantics](../../semantics.md) that it proves. The test suite runs every one on the reference evaluator, on "
        "DuckDB and on PostgreSQL.",
        "",
        "| page | examples |",
        "| --- | --- |",
        *(f"| [{f.title}]({f.name}.md) | {sum(len(s.examples) for s in f.scenes)} |" for f in files),
        *(f"| [{r.title}](report_{r.name}.md) | {len(r.examples)} |" for r in reports),
        "",
        f"`-` is null. Unless an example says otherwise, `as_of` is {AS_OF}, and every table and column that it does "
        "not show is empty. All share these definitions:",
        "",
        *_code(SHARED.read_text(encoding="utf-8").split("\n", 1)[1]),
    ]
    return "\n".join(lines) + "\n"


def _page(file: SpecFile) -> str:
    lines = [_NOTE.format(name=f"{file.name}.yml"), "", f"# {file.title}", "", file.about.strip(), ""]
    for scene in file.scenes:
        lines += _scene(scene)
    return "\n".join(lines).rstrip("\n") + "\n"


def _report_page(file: ReportFile) -> str:
    lines = [_NOTE.format(name=f"reports/{file.name}.yml"), "", f"# {file.title}", "", file.about.strip(), ""]
    for example in file.examples:
        lines += _report_example(example)
    return "\n".join(lines).rstrip("\n") + "\n"


def _report_example(example: ReportExample) -> Iterator[str]:
    yield from (f"## {_said(example.name)}", "", f"{example.says} *Semantics {example.proves}.*", "")
    yield from (*_table(example.rows), "")
    if example.resolved:
        by = ", ".join(f"`{name}` by {resolver}" for name, resolver in example.resolved.items())
        yield from (f"Resolved not by episode: {by}.", "")
    if example.asked.strip():
        yield from ("The indicator says:", "", *_code(example.asked), "")
    yield from ("Its results:", "", *_table(example.shows), "")


def _scene(scene: Scene) -> Iterator[str]:
    yield from (f"## {_said(scene.name)}", "")
    if scene.says:
        yield from (" ".join(scene.says.split()), "")
    if scene.as_of != AS_OF:
        yield from (f"`as_of` is {scene.as_of}.", "")
    for name, grid in scene.tables.items():
        kinds = scene.types.get(name, {})
        note = f" ({', '.join(f'`{column}` is a {kind}' for column, kind in kinds.items())})" if kinds else ""
        yield from (f"Table `{name}`{note}:", "", *_table(grid), "")
    if scene.given:
        yield from ("Definitions:", "", *_code(scene.given), "")
    for example in scene.examples:
        yield from _example(example)


def _example(example: Example) -> Iterator[str]:
    yield from (f"### {_said(example.name)}", "", f"{example.says} *Semantics {example.proves}.*", "")
    yield from (*_code(example.definition), "")
    if example.members.cells:
        yield from (*_table(example.members), "")
    else:
        yield from ("No members.", "")


def _said(name: str) -> str:
    words = name.replace("_", " ")
    return words[0].upper() + words[1:]


def _code(text: str) -> list[str]:
    return ["```yaml", *text.strip("\n").split("\n"), "```"]


def _table(grid: Grid) -> list[str]:
    rows = [grid.columns, tuple("---" for _ in grid.columns), *(tuple(_cell(c) for c in row) for row in grid.cells)]
    return [f"| {' | '.join(row)} |" for row in rows]


def _cell(text: str) -> str:
    return f"`{text}`" if any(c in text for c in "\\_*<>\"{'") else text


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        stale = outdated()
        for page in stale:
            print(f"docs/reference/spec/{page} is not current: run python tests/spec/pages.py")
        sys.exit(1 if stale else 0)
    write()
