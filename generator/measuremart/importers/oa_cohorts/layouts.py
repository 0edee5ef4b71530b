"""The two layouts of a configuration folder, as a table: field, kind of value, column in either layout.

A kind that ends in `?` may be empty. A column that ends in `?` may be missing from its file. None: the layout has no
such column. Word lists map each spelling that a layout uses to the one used here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Layout = Literal["older", "0.13"]
LAYOUTS: tuple[Layout, ...] = ("older", "0.13")

Words = Mapping[str, str]


def _same(words: str) -> Words:
    return {word: word for word in words.split()}


MATCHERS = _same("substring exact hierarchy absence presence hierarchyexclusion scalar phenotype predicate")
TARGETS = _same(
    "dx_any dx_primary dx_first_primary dx_mets dx_stage tx_any tx_first_line tx_current_episode tx_chemotherapy "
    "tx_radiotherapy tx_surgical tx_concurrent intent_rt intent_sact intent_concurrent_rt demog_gender demog_death "
    "obs_value obs_concept proc_concept meas_concept meas_value_num meas_value_concept ev_visit tx_to_death_window "
    "dx_to_tx_window referral_to_tx_window referral_to_specialist_window"
)
TEMPORALITIES = _same(
    "dt_any dt_current_start dt_stage dt_mets dt_treatment_start dt_treatment_end dt_concurrent dt_treat dt_rad "
    "dt_surg dt_obs dt_proc_start dt_meas dt_consult dt_death dt_numerator dt_denominator dt_visit"
)
DIRECTIONS: Words = {
    "gt": ">",
    "gte": ">=",
    "ge": ">=",
    "lt": "<",
    "lte": "<=",
    "le": "<=",
    "eq": "=",
    "neq": "!=",
    "ne": "!=",
    **_same("> >= < <= = !="),
    "==": "=",
}
COMBINATIONS: Words = {**_same("or and except"), "rule_or": "or", "rule_and": "and", "rule_except": "except"}
SCOPES: Words = {**_same("cancer treatment person"), "episode": "cancer", "patient": "person"}
PICKS = _same("any earliest latest closest")
RESULT_DATES = _same("anchor candidate greatest least")
SELECTIONS: Words = {**_same("first last all"), "earliest": "first", "latest": "last", "any": "all"}
GRAINS: Words = {"episode": "cohort", "cohort": "cohort", "patient": "person", "person": "person"}
OPPORTUNITIES = _same("any first")
REFERENCES = _same("cohort denominator")
# The later of the dates of denominator and numerator completes an indicator.
PERIOD_DATES: Words = {**_same("cohort denominator numerator latest"), "completion": "latest"}
UNDATED: Words = {"exclude": "ignore", "ignore": "ignore", "presence": "met", "include": "met", "met": "met"}
# Which date of an anchor or candidate a window counts from; what is none of these is a date role of its target.
WINDOW_DATES = _same("measure start end completion")
UNITS: Words = {"percent": "percent", "%": "percent", "percentage": "percent", "days": "days", "day": "days"}
LENGTHS: Words = {f"{word}{s}": f"{word}s" for word in ("day", "week", "month", "year") for s in ("", "s")}

_WORDS: dict[str, Words] = {
    "matcher": MATCHERS,
    "target": TARGETS,
    "temporality": TEMPORALITIES,
    "direction": DIRECTIONS,
    "combination": COMBINATIONS,
    "scope": SCOPES,
    "pick": PICKS,
    "result date": RESULT_DATES,
    "selection": SELECTIONS,
    "grain": GRAINS,
    "opportunity": OPPORTUNITIES,
    "reference": REFERENCES,
    "period date": PERIOD_DATES,
    "undated": UNDATED,
    "length": LENGTHS,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One field of a table, and what its column is called in each layout."""

    field: str
    kind: str
    names: dict[Layout, str]
    optional: frozenset[Layout]

    @property
    def words(self) -> Words | None:
        """The words that the column may hold; None for ids, numbers, flags and texts."""
        return _WORDS.get(self.kind.rstrip("?"))


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its file in each layout, the fields that tell its rows apart, its columns."""

    name: str
    files: dict[Layout, str]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = True


def _table(name: str, file: str | tuple[str, str], key: str, text: str, required: bool = True) -> Table:
    """Read one table from lines of: field | kind | older column | 0.13 column (`-` none, `=` as in older)."""
    files = (file, file) if isinstance(file, str) else file
    columns = []
    for line in text.strip().splitlines():
        field, kind, older, newer = (cell.strip() for cell in line.split("|"))
        found = {"older": older, "0.13": older if newer == "=" else newer}
        names: dict[Layout, str] = {layout: found[layout].rstrip("?") for layout in LAYOUTS if found[layout] != "-"}
        optional = frozenset(layout for layout in LAYOUTS if found[layout].endswith("?"))
        columns.append(Column(field, kind, names, optional))
    by_layout: dict[Layout, str] = {"older": files[0], "0.13": files[1]}
    return Table(name, by_layout, tuple(key.split()), tuple(columns), required)


TABLES = (
    _table(
        "phenotype",
        "phenotype.csv",
        "id",
        """
        id          | id    | phenotype_id   | =
        name        | text  | phenotype_name | =
        description | text? | description?   | =
        """,
        required=False,
    ),
    _table(
        "phenotype_definition",
        "phenotype_definition.csv",
        "phenotype concept",
        """
        phenotype | id | phenotype_id     | =
        concept   | id | query_concept_id | =
        """,
        required=False,
    ),
    _table(
        "query_rule",
        "query_rule.csv",
        "id",
        """
        id         | id         | query_rule_id        | =
        matcher    | matcher    | query_matcher        | matcher
        concept    | id?        | query_concept_id?    | concept_id?
        notes      | text?      | query_notes?         | notes?
        threshold  | number?    | scalar_threshold?     | =
        direction  | direction? | threshold_direction?  | =
        comparator | target?    | threshold_comparator? | =
        phenotype  | id?        | phenotype_id?        | =
        """,
    ),
    _table(
        "subquery",
        "subquery.csv",
        "id",
        """
        id          | id          | subquery_id          | =
        name        | text        | subquery_name        | name
        short_name  | text?       | subquery_short_name? | short_name?
        type        | text?       | subquery_type?       | -
        temporality | temporality | subquery_temporality | temporality
        target      | target      | subquery_target      | target
        """,
    ),
    _table(
        "subquery_rule_map",
        ("query_rule_map.csv", "subquery_rule_map.csv"),
        "subquery rule",
        """
        subquery | id | subquery_id   | =
        rule     | id | query_rule_id | =
        """,
    ),
    _table(
        "measure",
        "measure.csv",
        "id",
        """
        id              | id           | measure_id          | =
        name            | text         | measure_name        | name
        combination     | combination? | measure_combination | combination
        subquery        | id?          | subquery_id?        | =
        scope           | scope?       | -                   | matching_scope?
        person_override | flag?        | person_ep_override? | person_ep_override?
        """,
    ),
    _table(
        "measure_relationship",
        "measure_relationship.csv",
        "parent child",
        """
        parent | id | parent_measure_id | =
        child  | id | child_measure_id  | =
        """,
    ),
    _table(
        "measure_temporal_window",
        "measure_temporal_window.csv",
        "measure",
        """
        measure          | id           | measure_id              | =
        anchor           | id?          | anchor_measure_id?      | =
        candidate        | id           | candidate_measure_id    | =
        min_days         | whole?       | window_min_days?        | =
        max_days         | whole?       | window_max_days?        | =
        pick             | pick?        | window_pick_strategy?   | =
        result_date      | result date? | result_date_source?     | =
        same_resolver    | flag?        | require_same_resolver?  | =
        selection        | selection?   | anchor_selection?       | =
        anchor_order     | text?        | anchor_order_date_role? | =
        anchor_role      | text?        | anchor_date_role?       | =
        candidate_role   | text?        | candidate_date_role?    | =
        """,
        required=False,
    ),
    _table(
        "dash_cohort_def",
        "dash_cohort_def.csv",
        "id",
        """
        id         | id    | dash_cohort_def_id         | =
        name       | text  | dash_cohort_def_name       | =
        short_name | text? | dash_cohort_def_short_name? | =
        measure    | id    | measure_id                 | =
        """,
    ),
    _table(
        "dash_cohort",
        "dash_cohort.csv",
        "id",
        """
        id   | id   | dash_cohort_id   | =
        name | text | dash_cohort_name | =
        """,
    ),
    _table(
        "dash_cohort_def_map",
        "dash_cohort_def_map.csv",
        "definition cohort",
        """
        definition | id | dash_cohort_def_id | =
        cohort     | id | dash_cohort_id     | =
        """,
    ),
    _table(
        "indicator",
        "indicator.csv",
        "id",
        """
        id                 | id           | indicator_id           | =
        title              | text         | indicator_description  | =
        reference          | text?        | indicator_reference?   | =
        numerator          | id           | numerator_measure_id   | =
        numerator_label    | text?        | numerator_label?       | =
        denominator        | id           | denominator_measure_id | =
        denominator_label  | text?        | denominator_label?     | =
        early              | temporality? | temporal_early?        | -
        late               | temporality? | temporal_late?         | -
        min                | whole?       | temporal_min?          | -
        min_unit           | length?      | temporal_min_units?    | -
        max                | whole?       | temporal_max?          | -
        max_unit           | length?      | temporal_max_units?    | -
        grain              | grain?       | -                      | grain?
        opportunity        | opportunity? | -                      | opportunity_selection?
        reference_date     | reference?   | -                      | numerator_reference?
        period_date        | period date? | -                      | period_date_source?
        undated            | undated?     | -                      | undated_numerator_policy?
        numerator_prior    | whole?       | -                      | numerator_max_days_prior?
        numerator_post     | whole?       | -                      | numerator_max_days_post?
        denominator_prior  | whole?       | -                      | denominator_max_days_prior?
        denominator_post   | whole?       | -                      | denominator_max_days_post?
        benchmark          | number?      | benchmark?             | =
        benchmark_unit     | text?        | benchmark_unit?        | =
        """,
    ),
    _table(
        "report",
        "report.csv",
        "id",
        """
        id          | id    | report_id           | =
        name        | text  | report_name         | =
        short_name  | text? | report_short_name?  | =
        description | text? | report_description? | =
        created     | text? | report_create_date? | =
        edited      | text? | report_edit_date?   | =
        author      | text? | report_author?      | =
        owner       | text? | report_owner?       | =
        """,
    ),
    _table(
        "report_cohort_map",
        "report_cohort_map.csv",
        "report cohort",
        """
        id      | id?   | report_cohort_map_id? | =
        report  | id    | report_id             | =
        cohort  | id    | dash_cohort_id        | =
        primary | flag? | primary_cohort?       | =
        """,
    ),
    _table(
        "report_indicator_map",
        "report_indicator_map.csv",
        "report indicator",
        """
        report         | id      | report_id    | =
        indicator      | id      | indicator_id | =
        title          | text?   | -            | indicator_label_override?
        reference      | text?   | -            | indicator_reference_override?
        benchmark      | number? | -            | benchmark_override?
        benchmark_unit | text?   | -            | benchmark_unit_override?
        """,
    ),
    _table(
        "report_version",
        "report_version.csv",
        "id",
        """
        id     | id    | report_version_id      | =
        report | id    | report_id              | =
        major  | text? | report_version_major?  | =
        minor  | text? | report_version_minor?  | =
        label  | text? | report_version_label?  | =
        date   | text? | report_version_date?   | =
        status | text? | report_status?         | =
        """,
        required=False,
    ),
)

# field -> table that its ids are of
REFERENCES_OF: dict[str, dict[str, str]] = {
    "phenotype_definition": {"phenotype": "phenotype"},
    "query_rule": {"phenotype": "phenotype"},
    "subquery_rule_map": {"subquery": "subquery", "rule": "query_rule"},
    "measure": {"subquery": "subquery"},
    "measure_relationship": {"parent": "measure", "child": "measure"},
    "measure_temporal_window": {"measure": "measure", "anchor": "measure", "candidate": "measure"},
    "dash_cohort_def": {"measure": "measure"},
    "dash_cohort_def_map": {"definition": "dash_cohort_def", "cohort": "dash_cohort"},
    "indicator": {"numerator": "measure", "denominator": "measure"},
    "report_cohort_map": {"report": "report", "cohort": "dash_cohort"},
    "report_indicator_map": {"report": "report", "indicator": "indicator"},
    "report_version": {"report": "report"},
}
