"""`explain`: definitions in sentences. Expectations are written from semantics.md, sections 2 to 7."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from measuremart.explain.explanation import EXPLAINED, Explanation, explain
from measuremart.explain.show import as_data, as_markdown, as_page, as_text
from measuremart.pipeline import Read, read_definitions
from measuremart.plan.nodes import Around, Offset
from measuremart.short_text import concept_set_text, days_around, indicator_text, report_text, subquery_text
from measuremart.uses import uses_of

ROOT = Path(__file__).resolve().parents[2]
PACK = """
populations:
  omop:
    person: {model: person, sex: sex, birth_date: born, sexes: {female: 8532, male: 8507}}
    episodes: {model: episode}
targets:
  drug: {model: drug, dates: {start: start_date}}
  death: {model: death, episode: null, dates: {start: death_date}}
concept_sets:
  taxanes: {description: Taxanes., concepts: [{id: 7, name: Taxane <b>, descendants: true}, {id: 8, exclude: true}]}
subqueries:
  given: {description: A taxane was given. Nothing else., target: drug, rules: [{phenotype: taxanes}]}
  died: {description: A death., target: death, rules: [{presence: start}]}
  lost: {incomplete: nobody said which table}
measures:
  treated: {description: Treated., subquery: given}
  dead: {description: Dead., first: died}
  gone: {description: Gone., or: [treated, lost]}
  alone: {description: Used by nothing., subquery: given}
cohorts:
  c: {description: Treated people., definitions: {all_of_them: treated}}
indicators:
  near_death:
    title: Treated near death
    description: Treatment in the last 30 days.
    reference: Page 7
    denominator: dead
    numerator: treated
    exceptions: [treated]
    denominator_window: {before: {days: 0}, after: {years: 1}}
    numerator_window: {before: {days: 30}, after: {days: 0}}
    reference_date: denominator
    opportunity: first
    benchmark: {value: 10, unit: percent, better: lower}
  ever: {title: Ever, description: Ever treated., denominator: full_cohort, numerator: treated}
  never: {title: Never, description: Cannot be known., denominator: full_cohort, numerator: gone}
reports:
  r:
    title: Report
    description: A report.
    cohorts: [c]
    indicators: [{near_death: {title: Near, benchmark: {value: 20}}}, ever, never]
    periods: [month, {name: first_half, start: 2024-01-01, end: 2024-06-30}]
    period_date: numerator
    stratify_by: [sex, age_band]
"""


@pytest.fixture
def read(tmp_path: Path) -> Read:
    (tmp_path / "definitions" / "p").mkdir(parents=True)
    (tmp_path / "definitions" / "p" / "all.yml").write_text(PACK, encoding="utf-8")
    found = read_definitions(tmp_path / "definitions")
    assert not [p for p in found.problems if p.kind.name != "WARNING"], found.problems
    return found


def lines_of(explanation: Explanation, heading: str) -> list[str]:
    (section,) = [s for s in explanation.sections if s.heading == heading]
    return list(section.lines)


def one(read: Read, name: str, section: str | None = None, *, full: bool = False) -> Explanation:
    (found,) = explain(read, name, section, full=full)
    return found


NONE, MONTH, TEN = Offset(0, 0), Offset(1, 0), Offset(0, 10)
WINDOWS = {
    Around(NONE, NONE): "on X itself",
    Around(NONE, TEN): "from X to 10 days after it, both days included",
    Around(TEN, NONE): "from 10 days before X to that day, both days included",
    Around(MONTH, TEN): "from 1 month before X to 10 days after it, both days included",
    Around(None, NONE): "on X or at any time before it",
    Around(None, TEN): "at any time before X, or up to 10 days after it",
    Around(NONE, None): "on X or at any time after it",
    Around(TEN, None): "from 10 days before X on",
    Around(None, None): "at any known date before or after X",
}


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_a_window_is_said_in_days(window: Around) -> None:
    assert days_around(window, "X") == WINDOWS[window]


def test_an_indicator_says_who_is_due_what_counts_and_by_when(read: Read) -> None:
    said = one(read, "near_death")
    assert (said.kind, said.pack, said.title) == ("indicator", "p", "Treated near death")
    assert lines_of(said, "Purpose") == ["Treatment in the last 30 days.", "Reference: Page 7"]
    assert lines_of(said, "Who is due") == [
        "Of the report's cohort, those in measure dead (Dead), from the cohort date to 12 months after it, both days included.",
        "A member of dead counts for the cohort's keys of the same person.",
        "Only the first of its dates within these days is an opportunity.",
        "Where an unknown date decides, the key is unresolved.",
    ]
    assert lines_of(said, "What counts as done") == [
        "Done are those in measure treated (Treated), from 30 days before the denominator's date to that day, both days included.",
        "A member of treated counts for the cohort's keys of the same episode.",
        "What is recorded without a date leaves it unresolved, unless another date decides.",
        "Until the last of these days is over, a key that is not done yet is unresolved (window_open).",
    ]
    assert lines_of(said, "What takes somebody out") == [
        "- A key that is in measure treated (Treated) is an exception: not due, unless it is done all the same.",
        "No date decides here: a record counts whenever it was made.",
    ]
    assert lines_of(said, "The figure")[-1] == "The benchmark is at most 10%: lower is better."


def test_what_a_report_restates_stands_beside_the_definition(read: Read) -> None:
    said = lines_of(one(read, "near_death"), "In reports")
    assert said[:3] == [
        "- r asks it as it is defined here, but for:",
        "    Its title there is 'Near'.",
        "    The figure:",
    ]
    assert said[-1] == "      The benchmark is at most 20%: lower is better."
    assert lines_of(one(read, "ever"), "In reports") == ["- r asks it as it is defined here."]


def test_an_unavailable_indicator_says_why_and_nothing_else(read: Read) -> None:
    said = one(read, "never")
    assert [s.heading for s in said.sections] == ["Purpose", "Not available", "Used by"]
    assert "subquery lost is incomplete: nobody said which table" in lines_of(said, "Not available")[0]


def test_a_report_names_its_cohort_its_questions_and_its_cuts(read: Read) -> None:
    said = one(read, "r")
    assert lines_of(said, "Whom it is about")[:2] == [
        "Cohort c. Everybody in at least one of:",
        "  - all_of_them: measure treated (Treated)",
    ]
    assert "- Near (near_death)" in lines_of(said, "What it asks")
    assert lines_of(said, "How it is cut") == [
        "By month and first_half (2024-01-01 to 2024-06-30); a result belongs to the period of the numerator's date.",
        "By sex and age band, with unknown as itself.",
    ]
    assert lines_of(said, "Not available")[0].startswith("- never: ")


def test_a_concept_set_and_a_subquery(read: Read) -> None:
    assert lines_of(one(read, "taxanes"), "Concepts") == [
        "- 7 (Taxane <b>) and all below it",
        "- not 8",
        "A concept that is taken out stays out, whatever put it in.",
    ]
    said = one(read, "given")
    assert lines_of(said, "What counts") == [
        "A row of target drug counts if",
        "  concept_id is in concept set taxanes",
    ]
    assert lines_of(said, "Key and date")[0] == "One member is an episode of a person, from target drug."


# What is not known, semantics.md 3, 4 and 4.1: by measure, the lines below the grain.
UNKNOWN = {
    "{filter: {of: treated, age: {min: 18}}}": [
        "Where the date or the date of birth is not known, a condition on age is not met."
    ],
    "{filter: {of: treated, elapsed: {years: 1}}}": ["Where the date is not known, a condition on it is not met."],
    "{window: {anchor: treated, candidate: dead, align: person}}": ["A date that is not known lies in no window."],
    "{window: {anchor: treated, candidate: dead, align: person, pick: none}}": [
        "A date that is not known lies in no window.",
        "So what has no known date rules nobody out, and a key whose own date is not known stays in.",
    ],
    "{window: {anchor: treated, candidate: stayed, from: {days: 0}, to: {days: 9}, covers: true}}": [
        "A date that is not known lies in no window.",
        "A row without an end goes on.",
    ],
    "{count: {of: treated, at_least: 2}}": ["What has no known date is not counted."],
    "{first: treated}": [],
}
STAYS = """
  stay: {model: stay, dates: {start: start_date, end: end_date}, missing_end: open}
subqueries:
  stayed: {description: A stay., target: stay, rules: [{exact: 1}]}
  left: {description: The end of a stay., target: stay, date: end, rules: [{exact: 1}]}
  joined: {description: Stays., target: stay, rules: [{exact: 1}], spans: {gap: {days: 1}}}
  adult: {description: A stay., target: stay, rules: [{exact: 1}], where: {age: {min: 18}}}
"""


@pytest.mark.parametrize("measure", UNKNOWN)
def test_a_measure_says_what_is_made_of_unknown_dates(measure: str, tmp_path: Path) -> None:
    (tmp_path / "definitions" / "p").mkdir(parents=True)
    (tmp_path / "definitions" / "p" / "all.yml").write_text(_with_stays(measure), encoding="utf-8")
    found = read_definitions(tmp_path / "definitions")
    assert lines_of(one(found, "x"), "Key and date")[1:] == UNKNOWN[measure]


def _with_stays(measure: str) -> str:
    target, _, subqueries = STAYS.partition("subqueries:\n")
    text = PACK.replace("concept_sets:", f"  {target.strip()}\nconcept_sets:")
    text = text.replace("subqueries:\n", f"subqueries:\n{subqueries}")
    return text.replace("  alone:", f"  x: {measure}\n  alone:")


def test_a_subquery_says_what_a_missing_end_and_an_unknown_age_are(tmp_path: Path) -> None:
    (tmp_path / "definitions" / "p").mkdir(parents=True)
    (tmp_path / "definitions" / "p" / "all.yml").write_text(_with_stays("{first: treated}"), encoding="utf-8")
    found = read_definitions(tmp_path / "definitions")
    assert lines_of(one(found, "joined"), "Key and date")[1:4] == [
        "A span is dated by its first day.",
        "Intervals with no more than 1 day between them are joined to one.",
        "A row without an end goes on.",
    ]
    for name in ("stayed", "left"):  # a rule and `date: end` read the end as it is recorded, semantics.md 2.2
        assert "A row without an end goes on." not in lines_of(one(found, name), "Key and date")
    unknown = "Where the date or the date of birth is not known, a condition on age is not met."
    assert unknown in lines_of(one(found, "adult"), "Key and date")


@pytest.mark.parametrize(
    ("option", "said"), [("", "whatever the date"), (", undated_numerator: ignore", "at any known date")]
)
def test_the_short_text_says_whether_a_date_must_be_known(option: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "definitions" / "p").mkdir(parents=True)
    text = PACK.replace(
        "denominator: full_cohort, numerator: treated}", f"denominator: full_cohort, numerator: treated{option}}}"
    )
    (tmp_path / "definitions" / "p" / "all.yml").write_text(text, encoding="utf-8")
    plan = read_definitions(tmp_path / "definitions").plan
    assert indicator_text(plan, plan.indicators["ever"]).splitlines() == [
        "Ever treated.",
        "",
        "- Due: everybody in the report's cohort.",
        f"- Done: those in measure treated (Treated), {said}.",
    ]


def test_a_short_text_is_a_list_of_markdown_below_the_description(read: Read) -> None:
    assert subquery_text(read.plan.subqueries["given"], {7: "Taxane"}).splitlines() == [
        "A taxane was given. Nothing else.",
        "",
        "- A row of target drug counts if",
        "  - concept_id is in concept set taxanes",
        "- It counts for the episode, dated by start_date.",
    ]
    assert concept_set_text(read.plan.concept_sets["taxanes"], "Taxanes.", {7: "Taxane"}).splitlines()[2:] == [
        "- 7 (Taxane) and all below it",
        "- not 8",
    ]
    assert report_text(read.plan.reports["r"], "").splitlines() == [
        "- Cohorts: c.",
        "- Indicators: near_death, ever, never.",
    ]


def test_who_is_taken_out_by_what_a_person_has_is_said(read: Read, tmp_path: Path) -> None:
    text = PACK.replace("exceptions: [treated]", "exceptions: [treated]\n    exclusions: [dead]")
    text = text.replace("denominator: dead", "denominator: alone").replace("first: died", "subquery: died")
    (tmp_path / "definitions" / "p" / "all.yml").write_text(text, encoding="utf-8")
    said = lines_of(one(read_definitions(tmp_path / "definitions"), "near_death"), "What takes somebody out")
    assert said[0] == "- A key whose person is in measure dead (Dead) is excluded: not due, done or not."


def test_with_full_every_part_follows_once_down_to_the_concepts(read: Read) -> None:
    headings = [s.heading for s in one(read, "near_death", full=True).sections]
    parts = [h for h in headings if h.startswith("The ") and h != "The figure"]
    assert parts == [
        "The measure dead",
        "The measure treated",
        "The subquery died",
        "The subquery given",
        "The concept set taxanes",
    ]


def test_the_graph_knows_what_is_above_and_below(read: Read) -> None:
    uses = uses_of(read.catalogue)
    assert uses.above["concept_sets", "taxanes"] == (("subqueries", "given"),)
    assert ("reports", "r") in uses.all_above(("concept_sets", "taxanes"))
    assert uses.all_below(("cohorts", "c")) == [
        ("measures", "treated"),
        ("subqueries", "given"),
        ("concept_sets", "taxanes"),
        ("targets", "drug"),
        ("populations", "omop"),
    ]
    assert uses.above["measures", "alone"] == ()
    assert ("measures", "gone") in uses.above["subqueries", "lost"], "what is unavailable is in the graph, too"


def test_text_is_wrapped_below_its_own_margin(read: Read) -> None:
    for width in (60, 80, 160):
        said = as_text(one(read, "near_death", full=True), width)
        assert max(map(len, said.splitlines())) <= width
    assert "\n  - A key that is in measure treated (Treated) is an exception: not due, unless\n    it" in as_text(
        one(read, "near_death"), 80
    )


def test_an_authors_text_is_text_in_a_page_and_in_markdown(read: Read) -> None:
    page = as_page(explain(read, "taxanes"))
    assert "Taxane &lt;b&gt;" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "- 7 (Taxane \\<b\\>) and all below it" in as_markdown(one(read, "taxanes"))


class _Balance(HTMLParser):
    """Count what is open; a tag that closes another than the last one opened is a fault."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag != "meta":
            self.open.append(tag)
            if tag == "ul":
                assert self.open[-2] in ("article", "li"), "a list stands in an article, or in an item"

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.add(data.strip())


def test_every_definition_of_the_packs_is_explained_and_its_page_is_well_formed() -> None:
    read = read_definitions(ROOT / "definitions")
    explained = 0
    for section in EXPLAINED:
        for name in read.catalogue.of(section):
            found = one(read, name, section)
            headings = [s.heading for s in found.sections]
            assert headings[0] == "Purpose"
            meaning = {"Not available", "Who is due", "Whom it is about", "Who is in it", "What counts", "Concepts"}
            assert (meaning | {"What makes a member"}) & set(headings), name
            page = _Balance()
            page.feed(as_page([found]))
            assert page.open == []
            for part in as_data(found)["sections"]:
                for line in part["lines"]:
                    assert line["text"] in page.texts
                    assert not line["text"].startswith(("- ", " "))
            explained += 1
    assert explained == sum(len(read.catalogue.of(section)) for section in EXPLAINED) > 200
