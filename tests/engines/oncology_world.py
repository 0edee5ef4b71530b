"""A small hospital for the oncology targets, one person per question, and the two databases that hold it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from dbt_runs import ROOT

STAGING = ROOT / "models" / "core" / "staging" / "omop"
ABSENT = [
    "care_site",
    "cdm_source",
    "concept_relationship",
    "device_exposure",
    "location",
    "observation_period",
    "vocabulary",
]

# Concepts of the sets in definitions/oncology/concept_sets.yml, one each, and one that is in none.
LUNG, STAGE_1, STAGE_3, SPREAD, OTHER = 443388, 1635838, 1634191, 36770283, 9
DRUG, RAYS, LOBE = 1378382, 4029715, 4054047
CURE, AFTER_MAIN, RELIEF, INTENT = 4162591, 4191637, 4179711, 4133895
REFERRAL, CONSULTATION, ONCOLOGIST, GARDENER = 4084352, 4147722, 4151173, 77
BELOW_RAYS = 500  # below RAYS in the vocabulary

# Kinds of episodes, and the field of each table that links and modifiers point into.
CARE, REGIMEN, CYCLE, METASTATIC, OPERATION = 32533, 32531, 32532, 32944, 32939
FIELDS = {
    "condition": 1147127,
    "drug": 1147094,
    "procedure": 1147082,
    "measurement": 1147138,
    "observation": 1147165,
    "visit": 1147070,
    "episode": 756290,
}

Value = str | int | None
Row = dict[str, Value]
Link = int | Iterable[int]


class Hospital:
    """OMOP rows by table. `link` names the episodes to which `episode_event` links an event."""

    def __init__(self) -> None:
        self.tables: dict[str, list[Row]] = defaultdict(list)

    def person(self, person: int, died: str | None = None) -> None:
        self.tables["person"].append({"person_id": person, "year_of_birth": 1950})
        if died:
            self.tables["death"].append({"person_id": person, "death_date": died})

    def episode(
        self,
        person: int,
        episode: int,
        start: str | None = None,
        end: str | None = None,
        *,
        parent: int | None = None,
        kind: int = CARE,
    ) -> None:
        self.tables["episode"].append(
            {
                "episode_id": episode,
                "person_id": person,
                "episode_concept_id": kind,
                "episode_parent_id": parent,
                "episode_start_date": start,
                "episode_end_date": end,
            }
        )

    def condition(self, person: int, event: int, start: str | None = None, link: Link = ()) -> None:
        self._event("condition", "condition_occurrence", "condition_start_date", person, event, LUNG, start, link)

    def drug(
        self, person: int, event: int, start: str | None = None, end: str | None = None, link: Link = (), **more: Value
    ) -> None:
        more["drug_exposure_end_date"] = end
        self._event("drug", "drug_exposure", "drug_exposure_start_date", person, event, DRUG, start, link, **more)

    def procedure(
        self,
        person: int,
        event: int,
        concept: int,
        start: str | None = None,
        end: str | None = None,
        link: Link = (),
        **more: Value,
    ) -> None:
        more["procedure_end_date"] = end
        self._event("procedure", "procedure_occurrence", "procedure_date", person, event, concept, start, link, **more)

    def measurement(
        self, person: int, event: int, concept: int, start: str | None = None, link: Link = (), **more: Value
    ) -> None:
        """`modifies` names what the measurement is about: a word of FIELDS and an id, with a space between."""
        modifies = str(more.pop("modifies", "") or "")
        if modifies:
            word, about = modifies.split()
            more |= {"measurement_event_id": int(about), "meas_event_field_concept_id": FIELDS[word]}
        self._event("measurement", "measurement", "measurement_date", person, event, concept, start, link, **more)

    def observation(
        self, person: int, event: int, concept: int, start: str | None = None, link: Link = (), **more: Value
    ) -> None:
        self._event("observation", "observation", "observation_date", person, event, concept, start, link, **more)

    def visit(self, person: int, event: int, start: str | None = None, link: Link = (), **more: Value) -> None:
        self._event("visit", "visit_occurrence", "visit_start_date", person, event, OTHER, start, link, **more)

    def treatment(
        self, person: int, episode: int, parent: int | None, modality: str, start: str | None, end: str | None = None
    ) -> None:
        """A regimen without dates of its own, and the one event that is linked to it, of the same id."""
        self.episode(person, episode, parent=parent, kind=REGIMEN)
        if modality == "drug":
            self.drug(person, episode, start, end, link=episode)
        else:
            self.procedure(person, episode, RAYS, start, end, link=episode)

    def _event(
        self,
        word: str,
        table: str,
        date: str,
        person: int,
        event: int,
        concept: int,
        start: str | None,
        link: Link,
        **more: Value,
    ) -> None:
        ids = {f"{table}_id": event, "person_id": person, f"{word}_concept_id": concept, date: start}
        self.tables[table].append(ids | more)
        for episode in [link] if isinstance(link, int) else link:
            self.tables["episode_event"].append(
                {"episode_id": episode, "event_id": event, "episode_event_field_concept_id": FIELDS[word]}
            )

    def statements(self, prefix: str = "") -> list[str]:
        """SQL that makes every table that staging reads, all of text, as an extract may well be."""
        return [sql for table in _read_tables() for sql in _statements(prefix + table, table, self.tables[table])]


def _read_tables() -> list[str]:
    read = (path.stem.removeprefix("stg_omop__") for path in sorted(STAGING.glob("*.sql")))
    return [table for table in read if table not in ABSENT]


def _statements(name: str, table: str, rows: list[Row]) -> list[str]:
    text = (STAGING / f"stg_omop__{table}.sql").read_text(encoding="utf-8")
    calls = re.findall(r"(?s)omop_(column|value|day)\((.*?)\) }}", text)
    columns: list[str] = []
    for kind, call in calls:
        words = re.findall(r"'([^']*)'", re.sub(r"(since|formerly)='[^']*'", "", call))
        columns += words[1:] if kind == "day" else [words[1]]
    columns = list(dict.fromkeys(columns))
    unknown = {column for row in rows for column in row} - set(columns)
    assert not unknown, f"{table} has no {unknown}"
    made = [f"create table {name} ({', '.join(f'{column} varchar' for column in columns)})"]
    for row in rows:
        values = ", ".join("null" if row.get(c) is None else f"'{row[c]}'" for c in columns)
        made.append(f"insert into {name} values ({values})")
    return made
