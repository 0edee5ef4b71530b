"""Broken definitions: what is said about each, where, and with which exit code.

The cases stand in bad_input/*.txt: a title, one definition file, and what must be said about it, no more and no
less. Positions are line:column of that file. Every case is read beside bad_input/base.yml, a small pack without faults.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from measuremart.definitions.base import _RESERVED
from measuremart.pipeline import Read, read_definitions
from measuremart.problems import Kind, exit_code
from measuremart.source import MAX_BYTES, MAX_DEPTH

CASES = Path(__file__).parent / "bad_input"
BASE = (CASES / "base.yml").read_bytes()


@dataclass
class Case:
    title: str
    text: str
    exit_code: int
    messages: list[str]


def _cases() -> list[Case]:
    found = []
    for file in sorted(CASES.glob("*.txt")):
        for block in re.split(r"^### ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            (title, text), (code, said) = (
                part.split("\n", 1) for part in re.split(r"^=== exit ", block, flags=re.MULTILINE)
            )
            found.append(Case(title, text, int(code), said.strip().splitlines()))
    return found


def read(folder: Path, **files: bytes | str) -> Read:
    """Read a folder of definitions: the base pack, and a pack `bad` of these files."""
    definitions = folder / "definitions"
    for path, content in {"base/base": BASE, **{f"bad/{name}": text for name, text in files.items()}}.items():
        file = definitions / f"{path}.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return read_definitions(definitions)


def messages(found: Read) -> list[str]:
    """The errors; warnings are the checks' own business."""
    errors = [problem for problem in found.problems if problem.kind is not Kind.WARNING]
    return [str(problem).removeprefix("definitions/bad/bad.yml:") for problem in errors]


def test_there_are_many_cases() -> None:
    titles = [case.title for case in _cases()]
    assert len(titles) > 150
    assert len(set(titles)) == len(titles)


@pytest.mark.parametrize("case", _cases(), ids=lambda case: case.title)
def test_broken_definition(case: Case, tmp_path: Path) -> None:
    found = read(tmp_path, bad=case.text)
    assert messages(found) == case.messages
    assert exit_code(found.problems) == case.exit_code


def test_the_base_pack_is_without_faults(tmp_path: Path) -> None:
    assert messages(read(tmp_path)) == []


# --- what a text file cannot show


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\xef\xbb\xbfmeasures:\n  a: {subquery: act_rows}\n", id="a byte order mark"),
        pytest.param(b"measures:\r\n  a:\r\n    subquery: act_rows\r\n", id="line ends of Windows"),
        pytest.param(b"", id="nothing"),
        pytest.param(b"# only a remark\n", id="only a remark"),
        pytest.param(b"---\nmeasures:\n  a: {subquery: act_rows}\n...\n", id="marks of a document"),
        pytest.param(b"measures:\n", id="an empty section"),
        pytest.param(b"measures: {}\n", id="an empty section in braces"),
        pytest.param(b"measures:\n  a:\n    description: |\n      yes\n    subquery: act_rows\n", id="a block text"),
        pytest.param(b'subqueries: {a: {target: act, rules: [{equals: ["0123", yes, on]}]}}', id="quoted codes"),
    ],
)
def test_readable(text: bytes, tmp_path: Path) -> None:
    assert messages(read(tmp_path, bad=text)) == []


def test_yes_no_and_on_are_text(tmp_path: Path) -> None:
    found = read(tmp_path, bad="subqueries: {a: {target: act, rules: [{equals: [yes, 'no', On]}]}}")
    assert found.catalogue.of("subqueries")["a"].entry.rules[0].equals == ("yes", "no", "On")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(b"measures:\n  a: {description: caf\xe9}\n", "1:1: file is not UTF-8 text", id="Latin-1"),
        pytest.param("measures: {}\n".encode("utf-16"), "1:1: file is not UTF-8 text", id="UTF-16"),
        pytest.param(
            b"measures:\n  a: {description: 'x\x00y'}\n",
            "2:22: the character U+0000 is not allowed: leave it out",
            id="NUL",
        ),
        pytest.param(
            "measures:\n  a: {description: 'x\u2028y'}\n".encode(),
            "2:22: the character U+2028 is not allowed: write it as an escape in double quotes",
            id="a line separator, which some editors count as a line",
        ),
        pytest.param(
            b'measures:\n  a: {description: "x\\0y"}\n',
            "2:20: the control character U+0000 is not allowed",
            id="NUL, escaped",
        ),
        pytest.param(
            b'measures:\n  a: {description: "x\\e[0m"}\n',
            "2:20: the control character U+001B is not allowed",
            id="an escape for the terminal",
        ),
        pytest.param(b"#" * (MAX_BYTES + 1), "1:1: file is larger than 5,000,000 bytes", id="a huge file"),
        pytest.param(
            b"measures: " + b"[" * 500,
            f"1:{11 + MAX_DEPTH}: nested more than {MAX_DEPTH} levels deep: name the inner parts",
            id="deep lists",
        ),
        pytest.param(
            b"measures:\n  a: " + b"{first: " * 50 + b"acted" + b"}" * 50,
            f"2:{6 + 8 * (MAX_DEPTH - 1)}: nested more than {MAX_DEPTH} levels deep: name the inner parts",
            id="deep operators",
        ),
    ],
)
def test_unreadable(text: bytes, message: str, tmp_path: Path) -> None:
    found = read(tmp_path, bad=text)
    assert messages(found) == [message]
    assert exit_code(found.problems) == 3


def test_deeper_than_libyaml_reads(tmp_path: Path) -> None:
    """From some depth on it is libyaml that refuses, at a place of its own."""
    found = read(tmp_path, bad=b"measures: " + b"[" * 3_000_000)
    (said,) = messages(found)
    assert said.endswith(f": nested more than {MAX_DEPTH} levels deep: name the inner parts")
    assert exit_code(found.problems) == 3


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    folder = tmp_path / "definitions" / "bad"
    folder.mkdir(parents=True)
    (folder / "bad.yml").symlink_to(tmp_path / "nowhere.yml")
    assert messages(read(tmp_path)) == ["1:1: cannot be read: a link to nothing"]
    (folder / "bad.yml").unlink()
    (folder / "bad.yml").mkdir()
    assert messages(read(tmp_path)) == []


def test_the_folder_of_a_pack_has_a_name_too(tmp_path: Path) -> None:
    pack = tmp_path / "definitions" / "Bad Pack"
    pack.mkdir(parents=True)
    (pack / "x.yml").write_text("measures: {a: {subquery: act_rows}}")
    assert messages(read(tmp_path)) == [
        "definitions/Bad Pack/x.yml:1:1: pack folder: 'Bad Pack' is not a name: "
        "use a-z, 0-9 and _, beginning with a letter"
    ]


def test_no_files_at_all(tmp_path: Path) -> None:
    (tmp_path / "definitions").mkdir()
    found = read_definitions(tmp_path / "definitions")
    assert messages(found) == ["definitions:1:1: no definition files: expected <pack>/*.yml here"]


def test_everything_wrong_in_several_files_is_said_in_one_run(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        one="measures:\n  a: {subquery: act_rows}\n  b: {or: [a, nothing_like_it]}\n",
        two="measures:\n  c: {subquerry: act_rows}\n  d: [x]\n",
        three="cohorts:\n\tc: {}\n",
        four="measures:\n  a: {subquery: act_person}\nreports:\n  r: {title: t}\n",
    )
    assert [message.removeprefix("definitions/bad/") for message in messages(found)] == [
        "four.yml:4:3: 'cohorts' is required",
        "four.yml:4:3: 'description' is required",
        "four.yml:4:3: 'indicators' is required",
        "one.yml:2:3: measure 'a' is already a measure at definitions/bad/four.yml:2:3",
        "one.yml:3:15: unknown measure or subquery 'nothing_like_it' (in measure b > or[2])",
        "three.yml:2:1: not YAML: a tab; indent with spaces",
        "two.yml:2:7: unknown operator or key 'subquerry' (did you mean 'subquery'?)",
        "two.yml:3:6: 'd' must be a mapping of keys to values; found a list",
    ]
    assert exit_code(found.problems) == 3


def test_an_id_may_come_again_in_another_pack_or_section(tmp_path: Path) -> None:
    other = tmp_path / "definitions" / "other" / "x.yml"
    other.parent.mkdir(parents=True)
    other.write_text("measures: {m: {id: 3, subquery: act_rows}}")
    text = "measures: {a: {id: 3, subquery: act_rows}}\nsubqueries: {s: {id: 3, target: act, rules: [{exact: 1}]}}\n"
    assert messages(read(tmp_path, bad=text)) == []


def test_a_long_or_unprintable_word_is_cut_in_messages(tmp_path: Path) -> None:
    found = read(tmp_path, bad=f'measures:\n  "{"x-" * 45}": {{subquery: act_rows}}\n')
    cut = ("x-" * 45)[:57]
    assert messages(found)[0] == f"2:3: '{cut}...' is not a name: use a-z, 0-9 and _, beginning with a letter"
    found = read(tmp_path, bad='measures:\n  a: {subquery: act_rows, "\\u202ex\\n": 1}\n')
    assert messages(found)[0].startswith("2:27: unknown operator or key '?x?'; there are")


def test_a_column_that_duckdb_reserves_is_refused() -> None:
    with duckdb.connect() as connection:
        words = connection.execute("select keyword_name from duckdb_keywords() where keyword_category = 'reserved'")
        assert {word for (word,) in words.fetchall()} - _RESERVED == set()
