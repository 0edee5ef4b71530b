"""What is refreshed by person keeps persons apart: no row of it is made of rows of two persons (docs/decisions/0016)."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# As in macros/refresh/refresh_parts.sql.
BY_PERSON = re.compile(r"(match|recorded|measure|indicator|cohort|report|evidence)__\w+\.sql")


def files() -> Iterator[Path]:
    folders = [ROOT / "models" / "generated", ROOT / "tests" / "golden"]
    for file in (file for folder in folders for file in sorted(folder.rglob("*.sql"))):
        if BY_PERSON.fullmatch(file.name) and not file.stem.endswith("__dataset"):
            yield file
    yield ROOT / "models" / "evaluation" / "indicator_result.sql"


def what_mixes_persons(sql: str) -> list[str]:
    """Return the windows, groups, joins and limits that do not name the person; the catalogue has no persons."""
    text = " ".join(re.sub(r"--.*", "", sql).split())
    found = re.findall(
        r"over \((?! ?partition by)(?!order by catalogue_\w+\.\w+(?:, catalogue_\w+\.\w+)*\))[^)]*\)", text
    )
    found += re.findall(r"\b(?:limit|offset|except|intersect|random)\b[^,)]*", text)
    keys = re.findall(r"partition by (.*?)(?: order by| rows |\))", text)
    keys += re.findall(r"group by (.*?)(?: having | union | order by |\)|$)", text)
    found += [f"by {names}" for names in keys if "person_id" not in re.findall(r"\w+", names)]
    end = r"(?= (?:left|inner|full|right|cross) | join | where | group by | union | order by |$)"
    for relation, condition in re.findall(rf"join ([^)]*?\)? ?[^()]*?) on (.*?){end}", text):
        if "person_id" not in condition and not re.search(r"concept|catalogue|\basked\b", relation):
            found.append(f"join {relation} on {condition}")
    return found


@pytest.mark.parametrize("file", list(files()), ids=lambda file: file.stem)
def test_windows_groups_and_joins_name_the_person(file: Path) -> None:
    assert what_mixes_persons(file.read_text(encoding="utf-8")) == []


def test_what_as_of_is_compared_with_is_still_written_so() -> None:
    """A table by person outlasts another as_of where the macro knows the line; where it does not, it is made whole."""
    macro = (ROOT / "macros" / "refresh" / "refresh_parts.sql").read_text(encoding="utf-8")
    (of_window,) = re.findall(r"set of_window = '(.+)' -%}", macro)
    (of_event,) = re.findall(r'set of_event = "(.+)" -%}', macro)
    texts = {file.name: file.read_text(encoding="utf-8") for file in files()}
    assert of_window in texts["indicator_result.sql"]
    assert [name for name, text in texts.items() if of_event in text and name.startswith("match__")]


@pytest.mark.parametrize(
    "sql",
    [
        "select row_number() over (order by person_id) as n from a",
        "select sum(x) over (partition by episode_id order by day) as n from a",
        "select episode_id, count(*) as n from a group by episode_id",
        "select a.person_id from a inner join b on a.episode_id = b.episode_id where true",
        "select person_id from a limit 1",
    ],
)
def test_what_mixes_persons_is_found(sql: str) -> None:
    assert len(what_mixes_persons(sql)) == 1
