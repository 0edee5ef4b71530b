"""A pack extends a population of another pack: what a report sees of it, and what does not fit."""

import csv
import io
from pathlib import Path

import pytest
from measuremart.catalogue import Catalogue, load
from measuremart.meaning import meanings_of
from measuremart.plan.build import Planned, build_plan
from measuremart.plan.extensions import seen_by
from measuremart.render.catalogue import catalogue_rows
from measuremart.render.project import render
from measuremart.uses import uses_of

CLINIC = """
populations:
  clinic:
    person: {model: patient, sex: sex_id, sexes: {female: 8532, male: 8507}}
    episodes: {model: spell}
    stratifiers: {ethnicity: {column: ethnic_group}}
    organisations: {model: clinic_level}
    attributions: {registered: {model: registration, organisation: clinic}}
targets:
  record: {model: record, unit: null, text: null, flag: null, number: null}
subqueries:
  registered_rows: {target: record, rules: [{exact: 1}]}
measures:
  registered: {subquery: registered_rows}
cohorts:
  all: {definitions: {everyone: registered}}
indicators:
  kept: {title: t, description: d, denominator: full_cohort, numerator: registered}
reports:
  plain: {title: t, description: d, cohorts: [all], indicators: [kept], levels: [national], attribution: registered}
"""
EXTENSION = """
extensions:
  ward:
    population: clinic
    stratifiers:
      risk: {model: risk_group, person: patient_id, column: band}
      school_age: {ages: [5, 16]}
    organisations: {model: ward_level}
    attributions: {by_ward: {model: ward_stay, organisation: ward}}
"""
REPORT = """
reports:
  wards:
    title: t
    description: d
    cohorts: [all]
    indicators: [kept]
    stratify_by: [sex, risk, school_age]
    levels: [ward, national]
    attribution: by_ward
"""


def read(folder: Path, **packs: str) -> tuple[Catalogue, list[str]]:
    """The packs as files below a folder `definitions`; a text that begins with `title` is a pack.yml."""
    for name, text in packs.items():
        pack, _, file = name.partition("__")
        path = folder / "definitions" / pack / f"{file or 'all'}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    catalogue, problems = load(folder / "definitions")
    return catalogue, [str(problem) for problem in problems]


def planned(folder: Path, **packs: str) -> tuple[Planned, list[str]]:
    catalogue, problems = read(folder, **packs)
    found = build_plan(catalogue)
    return found, problems + [str(problem) for problem in found.problems]


def attributions(found: Planned) -> set[tuple[str, str]]:
    return {(report, rule) for report, rule in catalogue_rows(found.plan)["catalogue_attribution"]}


def test_only_reports_whose_pack_needs_the_extension_see_it(tmp_path: Path) -> None:
    found, problems = planned(tmp_path, clinic=CLINIC, ward=EXTENSION, mine=REPORT)
    assert problems == []
    reports = found.plan.reports
    assert [e.name for e in seen_by(found.plan, reports["wards"])] == ["ward"]
    assert list(seen_by(found.plan, reports["plain"])) == []
    # pack mine has no pack.yml: it needs the packs whose definitions it uses
    assert found.plan.packs["mine"].needs == ("clinic", "ward")
    assert attributions(found) == {("plain", "registered"), ("wards", "registered"), ("wards", "by_ward")}


def test_the_extended_population_and_its_other_reports_are_made_as_before(tmp_path: Path) -> None:
    before, _ = planned(tmp_path / "before", clinic=CLINIC)
    after, _ = planned(tmp_path / "after", clinic=CLINIC, ward=EXTENSION)
    changed = {
        path: text for path, text in render(before.plan).items() if render(after.plan).get(path) != text
    }  # fmt: skip
    assert {path for path in changed if "/generated/clinic/" in path} == set()
    assert meanings_of(before.plan).items() <= meanings_of(after.plan).items()


def test_the_levels_of_an_extension_are_read_where_a_report_sees_them(tmp_path: Path) -> None:
    found, _ = planned(tmp_path, clinic=CLINIC, ward=EXTENSION, mine=REPORT)
    for name in ("organisation_level", "organisation_attribution"):
        sql = render(found.plan)[f"models/generated/{name}.sql"]
        groups = sql.split("{% if ")[1:]
        conditions = {group.split(" %}")[0]: group.split("{% endif %}")[0] for group in groups}
        (mine,) = [body for condition, body in conditions.items() if "'clinic'" not in condition]
        (own,) = [body for condition, body in conditions.items() if "'clinic'" in condition]
        assert ("ward_level" in mine or "ward_stay" in mine) is True, name
        assert "ward_" not in own, name
        assert "'mine' in var" in next(c for c in conditions if "'clinic'" not in c), name


def test_the_pack_of_the_extension_is_needed(tmp_path: Path) -> None:
    _, problems = planned(
        tmp_path, clinic=CLINIC, ward=EXTENSION, mine=REPORT, mine__pack="title: Mine\nneeds: [clinic]\n"
    )
    assert problems == [
        "definitions/mine/all.yml:3:3: pack 'mine' uses definitions of pack 'ward': add 'ward' to needs"
    ]
    _, problems = planned(
        tmp_path / "named",
        clinic=CLINIC,
        ward=EXTENSION,
        mine=REPORT,
        mine__pack="title: Mine\nneeds: [clinic, ward]\n",
    )
    assert problems == []


def test_a_change_of_the_extension_reaches_its_reports(tmp_path: Path) -> None:
    catalogue, _ = read(tmp_path, clinic=CLINIC, ward=EXTENSION, mine=REPORT)
    assert uses_of(catalogue).all_above(("extensions", "ward")) == [("reports", "wards")]
    assert uses_of(catalogue).below["extensions", "ward"] == (("populations", "clinic"),)
    before = meanings_of(build_plan(catalogue).plan)
    for old, new in (("band", "class"), ("ward_level", "other_level"), ("organisation: ward", "organisation: room")):
        changed, _ = read(tmp_path, clinic=CLINIC, ward=EXTENSION.replace(old, new), mine=REPORT)
        after = meanings_of(build_plan(changed).plan)
        different = {node for node in before if before[node] != after[node]}
        assert different == {("extensions", "ward"), ("reports", "wards")}, old


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("stratifiers: {ethnicity: {column: a}}",
         "5:19: population 'clinic' has a stratifier 'ethnicity', too: give this one another name"),
        ("stratifiers: {sex: {column: a}}",
         "5:19: population 'clinic' has a stratifier 'sex', too: give this one another name"),
        ("stratifiers: {risk: {column: a}}",
         "5:19: extension 'other' has a stratifier 'risk', too: give this one another name"),
        ("attributions: {registered: {model: a}}",
         "5:20: population 'clinic' has a rule of attribution 'registered', too: give this one another name"),
        ("stratifiers: {all: {column: a}}",
         "4:5: 'all' is the whole report: give the stratifier another name"),
        ("stratifiers: {a: {ages: [5], model: b}}", "5:22: 'model' and 'person' go with 'column'"),
        ("stratifiers: {a: {column: b, person: c}}", "5:22: 'person' goes with 'model'"),
        ("stratifiers: {a: {model: b}}", "5:22: a stratifier has either 'column' or 'ages'"),
        ("stratifiers: {}", "4:5: an extension adds 'stratifiers', 'organisations' or 'attributions'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said(tmp_path: Path, body: str, message: str) -> None:
    text = f"extensions:\n  # of the ward\n  ward:\n    population: clinic\n    {body}\n"
    other = "extensions: {other: {population: clinic, stratifiers: {risk: {column: a}}}}\n"
    _, problems = planned(tmp_path, clinic=CLINIC, other=other, ward=text)
    assert problems == [f"definitions/ward/all.yml:{message}"]


def test_an_unknown_population_is_said_with_the_nearest(tmp_path: Path) -> None:
    _, problems = planned(tmp_path, clinic=CLINIC, ward=EXTENSION.replace("clinic", "clinics"))
    assert problems == [
        "definitions/ward/all.yml:4:17: unknown population 'clinics' (did you mean 'clinic'?)",
    ]


def test_bands_of_age_need_a_birth_date(tmp_path: Path) -> None:
    unborn = CLINIC.replace("{model: patient, sex", "{model: patient, birth_date: null, sex")
    _, problems = planned(tmp_path, clinic=unborn, ward=EXTENSION)
    assert problems == [
        "definitions/ward/all.yml:7:7: bands of age need the 'birth_date' of the persons of population 'clinic'"
    ]


def test_attributions_need_organisations_of_the_population_or_of_the_extension(tmp_path: Path) -> None:
    alone = CLINIC.split("    organisations:")[0] + "targets:" + CLINIC.split("targets:")[1].split("reports:")[0]
    without = EXTENSION.replace("    organisations: {model: ward_level}\n", "")
    _, problems = planned(tmp_path, clinic=alone, ward=without)
    assert problems == [
        "definitions/ward/all.yml:8:19: attributions lead to organisations: the population needs 'organisations', too"
    ]
    found, problems = planned(tmp_path / "with", clinic=alone, ward=EXTENSION, mine=REPORT)
    assert problems == []
    sql = render(found.plan)["models/generated/organisation_level.sql"]
    assert "ref('ward_level')" in sql


def test_a_misspelt_extension_makes_no_second_message_at_its_reports(tmp_path: Path) -> None:
    _, problems = planned(
        tmp_path, clinic=CLINIC, ward=EXTENSION.replace("organisations:", "organisation:"), mine=REPORT
    )
    assert len(problems) == 1
    assert "unknown key 'organisation' (did you mean 'organisations'?)" in problems[0]


def test_the_rows_of_the_catalogue_are_by_report(tmp_path: Path) -> None:
    found, _ = planned(tmp_path, clinic=CLINIC, ward=EXTENSION, mine=REPORT)
    text = render(found.plan)["seeds/generated/catalogue_attribution.csv"]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {(row["report"], row["attribution"]) for row in rows} == attributions(found)
