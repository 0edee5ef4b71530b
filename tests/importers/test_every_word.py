"""A configuration with every word of 0.13 imports with exit code 0, and this is what became of each word."""

from pathlib import Path
from typing import Any

import pytest
from importers import every_word as words
from importers.oa_folders import by_id, entries, project, translated
from measuremart.cli import app
from measuremart.importers.oa_cohorts.pack import Imported
from typer.testing import CliRunner

ANY_ROW = [{"presence": "start"}, {"absence": "start"}]
CURATIVE = [{"exact": 4162591}]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return words.write_every_word(tmp_path_factory.mktemp("words") / "oa")


@pytest.fixture(scope="module")
def imported(folder: Path) -> Imported:
    return translated(folder)


@pytest.fixture(scope="module")
def pack(imported: Imported) -> dict[str, dict[str, Any]]:
    return entries(imported)


def reasons(imported: Imported, file: str, number: int) -> str:
    return "; ".join(f"{f.effect}: {f.reason}" for f in imported.findings if (f.file, f.id) == (file, number))


def test_it_imports_validates_and_generates_with_exit_code_0(folder: Path, tmp_path: Path) -> None:
    home = project(tmp_path / "home")
    for command in (["import", "oa-cohorts", str(folder), "--pack", "oa"], ["validate"], ["generate"]):
        done = CliRunner().invoke(app, [*command, "--project-dir", str(home)])
        assert done.exit_code == 0, (command, done.output)
    assert (home / "models" / "generated" / "oa" / "measures" / "measure__of_subquery_1.sql").is_file()


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("substring", {"target": "dx_any", "rules": [{"substring": {"code_of": 443388}, "of": "code"}]}),
        ("exact", {"target": "intent_sact", "rules": CURATIVE}),
        ("hierarchy", {"target": "dx_any", "rules": [{"hierarchy": 443388}]}),
        ("absence", {"target": "tx_surgical", "rules": ANY_ROW}),  # of which the measure takes out, see below
        ("presence", {"target": "dx_mets", "rules": ANY_ROW}),
        ("hierarchyexclusion", {"target": "dx_any", "rules": ANY_ROW, "exclude": [{"hierarchy": 443388}]}),
        ("scalar", {"target": "measurement", "rules": [{"scalar": {"op": "<", "value": 2, "concept": 3025315}}]}),
        ("phenotype", {"target": "dx_primary", "rules": [{"phenotype": "cancers"}]}),
        ("predicate", {"target": "tx_concurrent", "rules": [{"predicate": True}]}),
    ],
)
def test_matcher(pack: dict[str, Any], word: str, wanted: dict[str, Any]) -> None:
    assert by_id(pack["subqueries"], words.BY_MATCHER + words.MATCHERS.index(word)) == wanted


def test_absence_is_what_is_left_of_the_episodes_and_the_table_says_so(
    imported: Imported, pack: dict[str, Any]
) -> None:
    number = words.BY_MATCHER + words.MATCHERS.index("absence")
    rows = next(name for name, entry in pack["subqueries"].items() if entry.get("id") == number)
    assert rows == "any_tx_surgical"
    assert by_id(pack["measures"], number) == {"except": ["care_episodes", rows]}
    assert "dated by the start of the episode" in reasons(imported, "subquery.csv", number)


# Targets under another name here, and the targets of scalar rules over answers.
RENAMED = {
    "demog_gender": "person",
    "demog_death": "death",
    "obs_value": "observation_value",
    "obs_concept": "observation",
    "proc_concept": "procedure",
    "meas_concept": "measurement",
    "meas_value_num": "measurement",
    "meas_value_concept": "measurement_value",
}
DATED = {
    "dx_to_tx_window": "diagnosis",
    "referral_to_tx_window": "referral",
    "referral_to_specialist_window": "referral",
}
NOT_IN_013 = (
    "dx_first_primary",
    "tx_any",
    "tx_first_line",
    "demog_gender",
    "obs_value",
    "meas_value_num",
    "referral_to_tx_window",
)


@pytest.mark.parametrize("word", words.TARGETS)
def test_target(imported: Imported, pack: dict[str, Any], word: str) -> None:
    number = words.BY_TARGET + words.TARGETS.index(word)
    found = by_id(pack["subqueries"], number)
    assert found["target"] == RENAMED.get(word, word)
    assert found.get("date") == DATED.get(word)
    assert found["rules"]
    assert ("has no rows for target" in reasons(imported, "subquery.csv", number)) == (word in NOT_IN_013)
    by_condition = word in ("tx_concurrent", "tx_to_death_window")
    assert ("by the start of the condition" in reasons(imported, "subquery.csv", number)) == by_condition


@pytest.mark.parametrize("word", words.TEMPORALITIES)
def test_temporality(imported: Imported, pack: dict[str, Any], word: str) -> None:
    number = words.BY_TEMPORALITY + words.TEMPORALITIES.index(word)
    found = by_id(pack["subqueries"], number)
    if word in ("dt_numerator", "dt_denominator"):
        assert found["incomplete"] == f"it is dated by {word}, which only an indicator has"
        assert reasons(imported, "subquery.csv", number).startswith("unavailable: ")
    else:
        assert found == {
            "target": "intent_rt",
            **({"date": "end"} if word == "dt_treatment_end" else {}),
            "rules": CURATIVE,
        }
        assert reasons(imported, "subquery.csv", number) == ""


@pytest.mark.parametrize(
    ("target", "word", "role", "said"),
    [
        ("tx_chemotherapy", "dt_treatment_end", "end", "oa-cohorts dates it by the row's own date"),
        ("intent_sact", "dt_treatment_end", "end", "oa-cohorts dates it by the row's own date"),
        ("intent_rt", "dt_treatment_end", "end", ""),
        ("dx_to_tx_window", "dt_treatment_start", None, "oa-cohorts dates it by the start of the condition"),
        ("dx_to_tx_window", "dt_current_start", "diagnosis", ""),
        ("referral_to_specialist_window", "dt_consult", "specialist", "oa-cohorts dates it by its referral"),
        ("referral_to_specialist_window", "dt_obs", "referral", ""),
    ],
)
def test_a_temporality_that_changes_the_date_is_in_the_table(
    tmp_path: Path, target: str, word: str, role: str | None, said: str
) -> None:
    folder = words.write_every_word(tmp_path / "oa")
    line = f"{words.BY_TARGET + words.TARGETS.index(target)},{target},"
    text = (folder / "subquery.csv").read_text().replace(f"{line}dt_any", f"{line}{word}")
    (folder / "subquery.csv").write_text(text)
    found = translated(folder)
    number = words.BY_TARGET + words.TARGETS.index(target)
    assert by_id(entries(found)["subqueries"], number).get("date") == (role or "treatment")
    about = reasons(found, "subquery.csv", number)
    assert said in about
    assert bool(said) == ("whatever" in about)


@pytest.mark.parametrize(("word", "sign"), zip(words.DIRECTIONS, [">", "<", "=", "!="] * 2, strict=True))
def test_direction(pack: dict[str, Any], word: str, sign: str) -> None:
    found = by_id(pack["subqueries"], words.BY_DIRECTION + words.DIRECTIONS.index(word))
    assert found["rules"] == [{"scalar": {"op": sign, "value": 2, "concept": 3025315}}]


@pytest.mark.parametrize("word", words.COMBINATIONS)
def test_combination(pack: dict[str, Any], word: str) -> None:
    operator = word.removeprefix("rule_")
    wanted: dict[str, Any] = {operator: ["of_subquery_1", "of_subquery_3"]}
    if operator == "and":
        wanted["moments"] = "all"  # every day on which both were there, as in oa-cohorts
    assert by_id(pack["measures"], words.BY_COMBINATION + words.COMBINATIONS.index(word)) == wanted


def test_scope(pack: dict[str, Any]) -> None:
    by_cancer, by_treatment = (by_id(pack["measures"], words.BY_SCOPE + n) for n in (0, 1))
    assert by_cancer["and"] == ["of_subquery_2", "of_subquery_101"]
    assert [pack["subqueries"][name]["resolve_by"] for name in by_treatment["and"]] == ["treatment", "treatment"]


def test_person_ep_override(imported: Imported, pack: dict[str, Any]) -> None:
    assert by_id(pack["measures"], 9) == {"and": [{"at": "person", "of": "of_subquery_1"}], "moments": "all"}
    assert "matches by episode nevertheless" in reasons(imported, "measure.csv", 9)


BASE = {"anchor": "of_subquery_1", "candidate": "of_subquery_3", "from": {"days": 0}, "to": {"days": 30}}


@pytest.mark.parametrize(
    ("first", "listed", "word", "key"),
    [
        *[(words.BY_PICK, words.PICKS, w, {"pick": w}) for w in ("any", "latest", "closest")],
        (words.BY_PICK, words.PICKS, "earliest", {}),
        *[(words.BY_RESULT, words.RESULT_DATES, w, {"date": w}) for w in ("anchor", "greatest", "least")],
        (words.BY_RESULT, words.RESULT_DATES, "candidate", {}),
        (words.BY_SELECTION, words.SELECTIONS, "first", {}),
        (words.BY_SELECTION, words.SELECTIONS, "latest", {"anchor_pick": "last"}),
        (words.BY_SELECTION, words.SELECTIONS, "all", {"anchor_pick": "all"}),
    ],
)
def test_window(pack: dict[str, Any], first: int, listed: list[str], word: str, key: dict[str, str]) -> None:
    assert by_id(pack["measures"], first + listed.index(word)) == {"window": BASE | key}


RADIOTHERAPY = {"from": {"days": 0}, "to": {"days": 30}, "align": "person"}


@pytest.mark.parametrize("word", words.DATE_ROLES)
def test_anchor_date_role(pack: dict[str, Any], word: str) -> None:
    found = by_id(pack["measures"], words.BY_ANCHOR + words.DATE_ROLES.index(word))["window"]
    anchor = "rows_2_end" if word == "end" else "of_subquery_2"
    assert found == {"anchor": anchor, "candidate": "of_subquery_2", **RADIOTHERAPY}
    assert pack["subqueries"]["rows_2_end"]["date"] == "end"


@pytest.mark.parametrize("word", words.DATE_ROLES)
def test_candidate_date_role(pack: dict[str, Any], word: str) -> None:
    found = by_id(pack["measures"], words.BY_CANDIDATE + words.DATE_ROLES.index(word))["window"]
    candidate = "rows_2_end" if word == "end" else "of_subquery_2"
    assert found == {"anchor": "of_subquery_1", "candidate": candidate, **RADIOTHERAPY}


@pytest.mark.parametrize("word", words.DATE_ROLES)
def test_anchor_order_date_role(pack: dict[str, Any], word: str) -> None:
    found = by_id(pack["measures"], words.BY_ORDER + words.DATE_ROLES.index(word))["window"]
    picked: Any = "of_subquery_2"
    if word == "end":  # the treatment that ended first, from the day on which it began
        event = {"first": {"of": "rows_2_event_end", "per": "episode"}}
        picked = {"at": "episode", "of": {"window": {"anchor": event, "candidate": "rows_2_event"}}}
    assert found == {"anchor": picked, "candidate": "of_subquery_2", **RADIOTHERAPY}


def test_a_start_that_only_intents_have_in_oa_cohorts_is_in_the_table(tmp_path: Path) -> None:
    folder = words.write_every_word(tmp_path / "oa")
    file = folder / "measure_temporal_window.csv"
    line = f"{words.BY_PICK},{words.DIAGNOSIS},{words.PROCEDURE},0,30,any,candidate,True,first,measure,measure"
    file.write_text(file.read_text().replace(f"{line},measure", f"{line},start"))
    found = translated(folder)
    window = by_id(entries(found)["measures"], words.BY_PICK)["window"]
    assert window == BASE | {"pick": "any"}
    assert "only for intents of treatment" in reasons(found, "subquery.csv", words.PROCEDURE)


@pytest.mark.parametrize(
    ("first", "listed", "word", "keys"),
    [
        (words.BY_GRAIN, words.GRAINS, "episode", {}),
        (words.BY_GRAIN, words.GRAINS, "patient", {"grain": "person"}),
        (words.BY_OPPORTUNITY, words.OPPORTUNITIES, "any", {"reference_date": "denominator"}),
        (words.BY_OPPORTUNITY, words.OPPORTUNITIES, "first", {"reference_date": "denominator", "opportunity": "first"}),
        (words.BY_REFERENCE, words.REFERENCES, "cohort", {}),
        (words.BY_REFERENCE, words.REFERENCES, "denominator", {"reference_date": "denominator"}),
        (words.BY_UNDATED, words.UNDATED, "exclude", {}),
        (words.BY_UNDATED, words.UNDATED, "presence", {"undated_numerator": None}),
    ],
)
def test_policy(pack: dict[str, Any], first: int, listed: list[str], word: str, keys: dict[str, Any]) -> None:
    whole = {"denominator": "of_subquery_1", "numerator": "of_subquery_3", "undated_numerator": "ignore"} | keys
    wanted = {key: value for key, value in whole.items() if value is not None}
    assert by_id(pack["indicators"], first + listed.index(word)) == wanted


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("cohort", None), ("denominator", "denominator"), ("numerator", "numerator"), ("completion", "latest")],
)
def test_period_date_source(imported: Imported, pack: dict[str, Any], word: str, wanted: str | None) -> None:
    number = 1 + words.PERIODS.index(word)
    assert by_id(pack["reports"], number).get("period_date") == wanted
    said = "has the period of its denominator" in reasons(imported, "report.csv", number)
    assert said == (word == "numerator")


def test_a_sub_cohort_of_two_cohorts_of_a_report_has_a_name_in_each(pack: dict[str, Any]) -> None:
    assert by_id(pack["cohorts"], 1)["definitions"] == {"diagnosis": "of_subquery_1"}
    assert by_id(pack["cohorts"], 2)["definitions"] == {"diagnosis_2": "of_subquery_1"}
    assert by_id(pack["reports"], 9)["cohorts"] == ["first", "second"]


def test_windows_name_the_indicators_whose_unknown_dates_stay_open(tmp_path: Path) -> None:
    folder = words.write_every_word(tmp_path / "oa")
    file = folder / "indicator.csv"
    lines = file.read_text().splitlines()
    lines.append(f"90,With a window,,episode,any,cohort,denominator,exclude,{words.PROCEDURE},0,7,30,1,2,80,per mille")
    file.write_text("\n".join(lines) + "\n")
    found = translated(folder)
    assert by_id(entries(found)["indicators"], 90) == {
        "denominator": "full_cohort",
        "numerator": "of_subquery_3",
        "numerator_window": {"before": {"days": 7}, "after": {"days": 30}},
        "undated_numerator": "ignore",
    }
    assert "(indicators 10, 11, 20, 21, 30, 31, 40 to 43, 50, 51 and 90)" in reasons(found, "indicator.csv", 0)
    about = reasons(found, "indicator.csv", 90)
    assert "a key whose dates cannot decide a window is unresolved" in about
    assert "the full cohort is always inside" in about
    assert "left out: its benchmark of 80 is in 'per mille'" in about
