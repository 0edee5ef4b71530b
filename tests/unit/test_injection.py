"""What an author writes as text stays text: it becomes neither SQL nor Jinja, in any field of the language.

The golden definitions have every field. Each string in them is either a name of some kind, which refuses anything unusual, or free
text. Free text is followed to the end: into SQL that DuckDB evaluates, into the .yml files that dbt renders, into the seeds.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import agate
import duckdb
import pytest
import yaml
from dbt.clients.jinja import get_rendered
from hypothesis import given, settings
from hypothesis import strategies as st
from measuremart.cli import app
from measuremart.definitions.file import read_sections
from measuremart.pipeline import read_definitions
from measuremart.problems import Kind
from measuremart.render import sql
from measuremart.render.headers import plain
from measuremart.render.project import render
from measuremart.render.properties import dump, escaped
from measuremart.source import SourceError, read_text
from typer.testing import CliRunner

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "golden" / "definitions"

NASTY = [
    "O'Neill",
    "''",
    "'; drop table person; --",
    "') union select 1 --",
    "{{ config(materialized='view') }}",
    "{{ 1 / 0 }} }} %}",
    "{% raw %} {% endraw %}{{ this }}",
    "{% set x %}",
    "{# a remark #} #}",
    "{{ '{' }}{{ '{{' }}",
    "/* */ -- x",
    "\\' \\n \\\\",
    "\\",
    "a line\nand another\r\nand\ta third",
    "‘curly’ “quotes” ´`′″ ＇",
    "%s %(name)d %% %",
    "$$ body $$ $1 ${x} ?1 :name @x",
    "\u2028line\u2029paragraph",
    "\u202egnitfel\u202c \u200f\u061c\u200b\u00ad",
    "é İ ı ß ﬁ 漢 🩺 e\u0301",
    "&amp; <b>x</b> <!--",
    "[red]x[/red] [/] :smile:",
    "<< x >> <% y %> <# z #>",
    '=1+1,"a" , "b"',
    "null",
    "!!python/object:os.system &a *b # - ? | >",
]
NO_NAMES = [text for text in NASTY if text != "null"]  # a measure may be called null: its relation is measure__null
REFUSED = ["nul\x00here", "\x1b[31mred", "\x07", "\x85next"]

# The only fields that take free text; every other string is a name and refuses the unusual.
FREE = {
    "*.description",
    "*.notes",
    "*.waive.check",
    "*.waive.reason",
    "audiences.title",
    "cohorts.title",
    "concept_sets.concepts.name",
    "concept_sets.source",
    "indicators.reference",
    "indicators.title",
    "measures.incomplete",
    "measures.or.incomplete",
    "reports.title",
    "reports.indicators.reference",
    "reports.indicators.title",
    "rules.equals",
    "rules.name",
    "rules.starts_with",
    "rules.substring",
    "subqueries.incomplete",
    "examples.name",
    "examples.events.value",
    "examples.persons.value",
    "examples.episodes.value",
    "examples.codes.value",
}
# What the golden definitions leave out.
MORE = """
measures:
  more:
    subquery: by_exact
    notes: n
    waive: [{check: c, reason: r}]
    examples:
      - name: e
        persons: [{person: 1, sex: female}]
        episodes: [{person: 1, episode: 2, kind: first}]
        events: {act: [{person: 1, label: x}]}
        codes: {5: c}
        expect: [{person: 1, date: 2024-01-01}]
indicators:
  more: {title: t, description: d, denominator: seen, numerator: seen, valid_for: [spring]}
reports:
  more:
    title: t
    description: d
    cohorts: [one]
    indicators: [{waiting: {title: t, reference: r}}]
    stratify_by: [sex]
    levels: [trust]
    attribution: registered
    audiences: [public]
subqueries:
  more: {target: act, rules: [{exact: 1}], exclude: [{substring: x}, {all: [{equals: [a, b]}]}]}
"""

Path_ = tuple[str | int, ...]


def golden() -> dict[str, dict[str, Any]]:
    """Every golden definition as plain data, by section and name."""
    found: dict[str, dict[str, Any]] = {}
    for text in [MORE, *(file.read_text(encoding="utf-8") for file in sorted(GOLDEN.rglob("*.yml")))]:
        for section, entries in yaml.safe_load(text).items():
            found.setdefault(section, {}).update(entries)
    return found


def strings(value: Any, path: Path_ = ()) -> Iterator[tuple[Path_, bool]]:
    """Yield the way to every string: values, and keys (marked True)."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield (*path, key), True
            yield from strings(item, (*path, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from strings(item, (*path, number))
    elif isinstance(value, str):
        yield path, False


def replaced(value: Any, path: Path_, new: str, is_key: bool) -> Any:
    """A copy in which one string is another."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, list):
        return [replaced(item, rest, new, is_key) if n == step else item for n, item in enumerate(value)]
    if is_key and not rest:
        return {new if key == step else key: item for key, item in value.items()}
    return {key: replaced(item, rest, new, is_key) if key == step else item for key, item in value.items()}


# Words of the language at their places; anything else in a path is a name that an author chose, or a column.
KEYS = set(re.findall(r'"([a-z_]+)": \{', (ROOT / "definition.schema.json").read_text(encoding="utf-8")))
EXPRESSIONS = ("and", "or", "except", "first", "last", "nth", "count", "filter", "window", "at", "anchor", "candidate")


def field(section: str, path: Path_) -> str:
    """The field a string stands in, whatever the names and the nesting around it."""
    words = [str(step) for step in path if not isinstance(step, int)]
    if words[-1] in ("description", "notes"):
        return f"*.{words[-1]}"
    if "waive" in words:
        return f"*.waive.{words[-1]}"
    if "examples" in words[:-1]:
        inner = words[words.index("examples") + 1 :]
        return f"examples.{inner[0]}" if inner[0] in ("name", "expect") else f"examples.{inner[0]}.value"
    if (
        "rules" in words
        or "exclude" in words
        or ("where" in words and words[-1] in ("equals", "starts_with", "substring"))
    ):
        return f"rules.{words[-1]}"
    return ".".join([section, *(w for w in words if w in KEYS)])


class Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):
    def ignore_aliases(self, data: object) -> bool:
        return True


def to_yaml(data: object) -> str:
    return yaml.dump(data, Dumper=Dumper, default_flow_style=True, allow_unicode=False, width=100_000, sort_keys=False)


PLACES: dict[tuple[str, bool, str], tuple[str, Any, Path_]] = {
    (field(section, path), is_key, section): (section, entry, path)
    for section, entries in golden().items()
    for entry in entries.values()
    for path, is_key in strings(entry)
}


def faults(section: str, entry: Any) -> list[str]:
    try:
        _, problems = read_sections(read_text(to_yaml({section: {"x": entry}}), "x.yml"), "pack")
    except SourceError as error:
        return [str(error)]
    return [str(p) for p in problems]


def accepted(section: str, entry: Any, path: Path_, texts: list[str], is_key: bool) -> list[str]:
    """The texts that pass where the string at `path` stands; each is tried in an entry of its own, in one file."""
    tried = {f"x{number}": replaced(entry, path, text, is_key) for number, text in enumerate(texts)}
    defined, problems = read_sections(read_text(to_yaml({section: tried}), "x.yml"), "pack")
    assert all(str(problem).isprintable() for problem in problems)
    return [texts[int(d.name[1:])] for d in defined if d.entry is not None]


@pytest.mark.parametrize("place", sorted(PLACES), ids=lambda p: f"{p[0]}{' key' if p[1] else ''} ({p[2]})")
def test_a_string_is_a_name_or_free_text(place: tuple[str, bool, str]) -> None:
    (name, is_key, _), (section, entry, path) = place, PLACES[place]
    assert faults(section, entry) == []
    for text in REFUSED:
        assert faults(section, replaced(entry, path, text, is_key)), f"{text!r} passes"
    if name in FREE and not is_key:
        assert accepted(section, entry, path, NASTY, is_key) == NASTY
    else:
        assert accepted(section, entry, path, NO_NAMES, is_key) == []


def test_every_free_field_is_tried() -> None:
    assert {name for name, is_key, _ in PLACES if not is_key} >= FREE


@pytest.mark.parametrize("text", NO_NAMES)
def test_names_of_entries_sections_and_packs_refuse_it(text: str, tmp_path: Path) -> None:
    for data in ({text: {}}, {"measures": {text: {"subquery": "s"}}}):
        assert read_sections(read_text(to_yaml(data), "x.yml"), "pack")[1]
    folder = tmp_path / "definitions" / text.replace("/", "_")
    folder.mkdir(parents=True)
    (folder / "x.yml").write_text("measures: {}")
    assert any(p.message.startswith("pack folder:") for p in read_definitions(tmp_path / "definitions").problems)


# --- free text, followed to the end

MARK = "MarkMark"


def write_pack(text: str, folder: Path) -> Path:
    """Write the golden definitions with this text in every free field."""
    data = golden()
    for section in ("measures", "indicators", "reports", "subqueries"):
        del data[section]["more"]
    del data["reports"]["wide"]  # it lists measures that are left out below
    data["measures"] = {name: data["measures"][name] for name in NEEDED}
    for section, entries in data.items():
        for name, entry in entries.items():
            entries[name] = entry | {"notes": "n"}
            for path, is_key in strings(entries[name]):
                if not is_key and field(section, path) in FREE:
                    entries[name] = replaced(entries[name], path, text, is_key=False)
    pack = folder / "definitions" / "kinds"
    pack.mkdir(parents=True)
    (pack / "all.yml").write_text(to_yaml(data), encoding="utf-8")
    return folder / "definitions"


# The measures that cohorts, indicators and reports are made of, and one with a subquery inside.
NEEDED = (
    *("seen", "seen_at_event", "treated", "known", "handed", "either", "nested"),
    *("none_after", "adult_women", "first_seen", "inline_leaf"),
    *("staged_ones", "two_gaps", "inline_gap", "to_be_defined"),
)


@cache
def rendered_with(text: str) -> dict[str, str]:
    """What those definitions render to."""
    with TemporaryDirectory() as folder:
        found = read_definitions(write_pack(text, Path(folder)))
    assert [str(p) for p in found.problems if p.kind is not Kind.WARNING] == []
    return render(found.plan)


def loaded(text: str) -> Any:
    """What dbt reads in a .yml file, by the loader that dbt has; the other one takes ten times as long."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def folded(text: str) -> str:
    """Free text in titles and descriptions is one line."""
    return " ".join(text.split())


@pytest.mark.parametrize("text", NASTY)
def test_free_text_stays_text(text: str) -> None:
    benign, nasty = rendered_with(MARK), rendered_with(text)
    assert nasty.keys() == benign.keys()
    literals = 0
    for path, before in benign.items():
        if path.endswith(".sql"):
            literals += before.count(f"'{MARK}'") + before.count(f"'{MARK.lower()}'")
            assert get_rendered(header_of(nasty[path]), {}) == header_of(nasty[path]), path
            expected = body_of(before).replace(f"'{MARK}'", sql.text(text))
            expected = expected.replace(f"'{MARK.lower()}'", sql.text(sql.folded(text)))
            assert unwrapped(body_of(nasty[path])) == unwrapped(expected), path  # nothing but the literals differs
        elif path.endswith(".yml"):
            same_but(loaded(before), loaded(nasty[path]), text)
        elif path.endswith("catalogue_concept_name.csv"):  # a row a word
            rows = csv.DictReader(io.StringIO(nasty[path], newline=""))
            assert {row["concept_name"] for row in rows} <= {folded(text)}
        else:
            assert list(csv.reader(io.StringIO(nasty[path], newline=""))) == [
                [cell.replace(MARK, folded(text)) for cell in row]
                for row in csv.reader(io.StringIO(before, newline=""))
            ]
    assert literals >= 6


def header_of(text: str) -> str:
    """The lines of comment that a model begins with."""
    return text.removesuffix(body_of(text))


def body_of(text: str) -> str:
    """A model without its header, which ends at the first line that is no comment."""
    lines = text.split("\n")
    return "\n".join(lines[next(n for n, line in enumerate(lines) if not line.startswith("--")) :])


def unwrapped(text: str) -> list[str]:
    """Literals and what stands between them, whose line breaks depend on how long the literals are."""
    parts = re.split(r"('(?:[^']|'')*')", text)
    return [part if n % 2 else "".join(part.split()) for n, part in enumerate(parts)]


def same_but(plain: Any, nasty: Any, text: str) -> None:
    """Compare properties: the same, but for descriptions, which dbt renders to what the author wrote."""
    if isinstance(plain, dict):
        assert plain.keys() == nasty.keys()
        for key in plain:
            same_but(plain[key], nasty[key], text)
    elif isinstance(plain, list):
        assert len(plain) == len(nasty)
        for a, b in zip(plain, nasty, strict=True):
            same_but(a, b, text)
    elif isinstance(plain, str) and MARK in plain:
        # Where lines are broken depends on how long the text is.
        rendered = "".join(get_rendered(nasty, {}).split())
        assert rendered == "".join(plain.replace(MARK, folded(text)).split())
    else:
        assert plain == nasty


@pytest.mark.parametrize("text", NASTY)
def test_the_seed_is_read_back_as_it_was_by_dbt_and_duckdb(text: str, tmp_path: Path) -> None:
    files = rendered_with(text)
    path = "seeds/generated/catalogue_report_indicator.csv"
    file = tmp_path / "seed.csv"
    file.write_text(files[path], encoding="utf-8", newline="")
    rows = list(csv.DictReader(io.StringIO(files[path], newline="")))
    with duckdb.connect() as connection:  # as dbt-duckdb loads a seed
        connection.execute(f"create table seed ({', '.join(f'{c} varchar' for c in rows[0])})")
        connection.execute(f"copy seed from '{file}' (format csv, header true, delimiter ',')")
        found = connection.execute("select title, description from seed").fetchall()
    assert found == [(row["title"], row["description"]) for row in rows]
    assert {description for _, description in found} == {folded(text)}
    table = agate.Table.from_csv(str(file), column_types=agate.TypeTester(types=[agate.Text(null_values=())]))
    assert {row["description"] for row in table.rows} == {folded(text)}


@pytest.mark.parametrize("text", [t for t in NASTY if "[" in t or "{{ 1" in t or "\n" in t or "\u202e" in t])
def test_what_is_listed_is_what_was_written(text: str, tmp_path: Path) -> None:
    command = ["list", "reports", "--definitions", str(write_pack(text, tmp_path))]
    as_json = CliRunner().invoke(app, [*command, "--json"])
    assert as_json.exit_code == 0, as_json.output
    assert {row["description"] for row in json.loads(as_json.stdout)} == {folded(text)}
    as_table = CliRunner().invoke(app, command)
    assert as_table.exit_code == 0, as_table.output
    assert "\x1b" not in as_table.output


# --- any text at all

ANY_TEXT = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
        st.sampled_from("'\"\\{}%#$-/*;\n\r\t[]<>&é\u2028"),
    ),
    max_size=40,
)


# What a literal is made of: nothing that Jinja, Spark or an engine reads as more than itself.
_PIECE = r"('[^'\\{}%#\x00-\x1f\x7f-\x9f]*'|chr\([0-9]+\))"
LITERAL = re.compile(rf"{_PIECE}|\({_PIECE}( \|\| {_PIECE})+\)")


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT)
def test_any_text_becomes_a_literal_that_is_that_text(text: str, database: duckdb.DuckDBPyConnection) -> None:
    literal = sql.text(text)
    assert LITERAL.fullmatch(literal)
    compiled = get_rendered(f"select {literal} as x", {})
    assert compiled == f"select {literal} as x"
    assert database.execute(compiled).fetchone() == (text,)


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT)
def test_any_text_stays_inside_a_comment(text: str) -> None:
    comment = f"-- {plain(text)}"
    assert len(comment.splitlines()) == 1
    assert get_rendered(comment, {}) == comment
    assert comment.isprintable()
    assert "\\" not in comment


@settings(max_examples=300, deadline=None)
@given(text=ANY_TEXT)
def test_any_text_comes_back_from_a_properties_file(text: str) -> None:
    loaded = yaml.safe_load(dump({"description": escaped(folded(text))}))
    assert get_rendered(loaded["description"], {}) == folded(text)
