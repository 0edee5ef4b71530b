"""Every check finds its fault, keeps still on the mended definition, and says what its manual page promises."""

import inspect
from pathlib import Path

import pytest
from measuremart.checks.run import CHECKS, UNWAIVABLE, check_id
from measuremart.pipeline import read_definitions
from measuremart.rule_pages import checks_manual

BASE = """
populations:
  omop:
    person: {model: person, sex: sex, sexes: {female: 8532, male: 8507}}
    episodes: {model: episode}
targets:
  drug: {model: drug, unit: null, flag: null, text: drug_text}
"""
# A subquery `s`, measures `m` and `n`, all used by a report, so that no check speaks of them.
USED = """
subqueries:
  s: {target: drug, rules: [{exact: 1}]}
  e: {target: drug, resolve_by: event, rules: [{exact: 1}]}
measures:
  m: {subquery: s}
  n: {first: s}
  both: {and: [m, n, {at: episode, of: e}]}
cohorts:
  c: {definitions: {all: m}}
indicators:
  i: {title: t, description: d, denominator: m, numerator: n}
reports:
  r: {title: t, description: d, cohorts: [c], indicators: [i], dataset: [both%s]}
"""


def problems(tmp_path: Path, text: str, used: str = "") -> list[str]:
    folder = tmp_path / "definitions" / "pack"
    folder.mkdir(parents=True)
    (folder / "base.yml").write_text(BASE)
    (folder / "used.yml").write_text(USED % used)
    (folder / "x.yml").write_text(text)
    found = read_definitions(tmp_path / "definitions").problems
    return [f"{p.check} {str(p).removeprefix('definitions/pack/')}" for p in found]


# Nobody: no day is left.
NEVER = "{filter: {of: {filter: {of: m, on_or_after: 2021-01-01}}, on_or_before: 2020-12-31}}"


def broad(measures: int) -> str:
    """A report whose dataset has 10 columns, and two for each of so many measures."""
    names = [f"b{n}" for n in range(measures)]
    lines = [f"  {name}: {{first: m}}" for name in names]
    report = f"q: {{title: t, description: d, cohorts: [c], indicators: [i], dataset: [{', '.join(names)}]}}"
    return "\n".join(["reports:", f"  {report}", "measures:", *lines, ""])


# A measure `w` of what has no date.
TIMELESS = """targets:
  sexed: {model: trait, dates: {}}
subqueries:
  v: {target: sexed, rules: [{exact: 1}]}
measures:
  w: {subquery: v}
"""


CASES = {
    "a dataset of 1,600 columns": (broad(795), "", []),
    "a dataset of 1,602 columns": (
        broad(796),
        "",
        [
            "too_broad_dataset x.yml:2:3: the dataset of report 'q' would have 1,602 columns, and a table has room for "
            "1,600: split the report, or name fewer measures"
        ],
    ),
    "unused subquery": (
        "subqueries:\n  alone: {target: drug, rules: [{exact: 1}]}\n",
        "",
        ["unused_definition x.yml:2:3: warning: nothing uses subquery 'alone'"],
    ),
    "unused concept set": (
        "concept_sets:\n  alone: {concepts: [1]}\n",
        "",
        ["unused_definition x.yml:2:3: warning: nothing uses concept set 'alone'"],
    ),
    "a use in an inline part is a use": (
        "concept_sets:\n  here: {concepts: [1]}\n"
        "measures:\n  x: {and: [m, {target: drug, rules: [{all: [{phenotype: here}, {exact: 5}]}]}]}\n",
        ", x",
        [],
    ),
    "one concept, two names": (
        "concept_sets:\n  a: {concepts: [{id: 7, name: Lung}, {id: 8, name: Lung}, {id: 7, name: Liver}]}\n"
        "measures:\n  x: {or: [m, {target: drug, rules: [{phenotype: a}, {exact: {id: 8, name: ' Lung '}}]}]}\n",
        ", x",
        ["concept_of_two_names x.yml:2:74: concept 7 is 'Lung' elsewhere in pack 'pack': write one name"],
    ),
    "empty concept set": (
        "concept_sets:\n  none: {concepts: [7, {id: 7, exclude: true}]}\n"
        "measures:\n  x: {or: [m, {target: drug, rules: [{phenotype: none}]}]}\n",
        ", x",
        ["empty_concept_set x.yml:2:20: every concept of this set is excluded again: it is empty"],
    ),
    "only exclusions": (
        "concept_sets:\n  none: {concepts: [{id: 7, exclude: true}]}\n"
        "measures:\n  x: {or: [m, {target: drug, rules: [{phenotype: none}]}]}\n",
        ", x",
        ["empty_concept_set x.yml:2:20: every concept of this set is excluded: it is empty"],
    ),
    "a concept both in and out": (
        "concept_sets:\n  odd: {concepts: [7, 8, {id: 7, exclude: true}]}\n"
        "measures:\n  x: {or: [m, {target: drug, rules: [{phenotype: odd}]}]}\n",
        ", x",
        ["empty_concept_set x.yml:2:20: warning: concept 7 is included here and excluded elsewhere in the set"],
    ),
    "two concepts on one row": (
        "measures:\n  x: {or: [m, {target: drug, rules: [{all: [{exact: 1}, {exact: [2, 3]}]}]}]}\n",
        ", x",
        ["impossible_rule x.yml:2:38: no row can meet this rule: its exact concepts exclude each other"],
    ),
    "two concepts that share one": (
        "measures:\n  x: {or: [m, {target: drug, rules: [{all: [{exact: [1, 2]}, {exact: [2, 3]}]}]}]}\n",
        ", x",
        [],
    ),
    "numbers that exclude each other": (
        "measures:\n  x: {or: [m, {target: drug, rules: [{all: [{scalar: {op: '>', value: 140}}, {scalar: {op: '=', value: 100}}]}]}]}\n",
        ", x",
        ["impossible_rule x.yml:2:38: no row can meet this rule: its numbers exclude each other"],
    ),
    "numbers that meet in one point": (
        "measures:\n  x: {or: [m, {target: drug, rules: [{all: [{scalar: {op: '>=', value: 2}}, {scalar: {op: '<=', value: 2}}]}]}]}\n",
        ", x",
        [],
    ),
    "numbers that just miss": (
        "measures:\n  x: {or: [m, {target: drug, rules: [{all: [{scalar: {op: '>', value: 2}}, {scalar: {op: '<=', value: 2}}]}]}]}\n",
        ", x",
        ["impossible_rule x.yml:2:38: no row can meet this rule: its numbers exclude each other"],
    ),
    "present and absent": (
        "measures:\n  x: {or: [m, {target: drug, rules: [{all: [{presence: number}, {absence: number}]}]}]}\n",
        ", x",
        ["impossible_rule x.yml:2:38: no row can meet this rule: 'number' would be present and absent"],
    ),
    "filters that leave no day": (
        "measures:\n  x: {filter: {of: {filter: {of: m, on_or_after: 2021-01-01}}, on_or_before: 2020-12-31}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its dates or ages leave nothing"],
    ),
    "filters that leave one day": (
        "measures:\n  x: {filter: {of: {filter: {of: m, on_or_after: 2021-01-01}}, on_or_before: 2021-01-01}}\n",
        ", x",
        [],
    ),
    "both sexes": (
        "measures:\n  x: {and: [{filter: {of: m, sex: female}}, {filter: {of: n, sex: male}}]}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its children ask for two sexes"],
    ),
    "one event on two dates": (
        "measures:\n"
        "  x: {at: episode, of: {and: [{filter: {of: e, on_or_before: 2020-12-31}}, {filter: {of: e, on_or_after: 2021-01-01}}]}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: the same event would have two dates"],
    ),
    "an episode on two dates is two events": (
        "measures:\n  x: {and: [{filter: {of: m, on_or_before: 2020-12-31}}, {filter: {of: n, on_or_after: 2021-01-01}}]}\n",
        ", x",
        [],
    ),
    "an or of which no child holds": (
        f"measures:\n  x: {{or: [{NEVER}, {{filter: {{of: {{filter: {{of: m, sex: male}}}}, sex: female}}}}]}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its dates or ages leave nothing"],
    ),
    "an or of which one child holds": (f"measures:\n  x: {{or: [{NEVER}, m]}}\n", ", x", []),
    "an except that begins with nobody": (
        f"measures:\n  x: {{except: [{NEVER}, m]}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its dates or ages leave nothing"],
    ),
    "an except of nobody": (f"measures:\n  x: {{except: [m, {NEVER}]}}\n", ", x", []),
    "a filter of an except that leaves no day": (
        "measures:\n"
        "  x: {filter: {of: {except: [{filter: {of: m, on_or_after: 2021-01-01}}, n]}, on_or_before: 2020-12-31}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its dates or ages leave nothing"],
    ),
    "a window around nobody": (
        f"measures:\n  x: {{window: {{anchor: {NEVER}, candidate: m, pick: none}}}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its dates or ages leave nothing"],
    ),
    "a window that wants nobody": (
        f"measures:\n  x: {{window: {{anchor: m, candidate: {NEVER}}}}}\n",
        ", x",
        ["never_holds x.yml:2:3: measure 'x' can never hold: its dates or ages leave nothing"],
    ),
    "a window without anybody": (
        f"measures:\n  x: {{window: {{anchor: m, candidate: {NEVER}, pick: none}}}}\n",
        ", x",
        [],
    ),
    "a window around the full cohort": (
        "indicators:\n  j: {title: t, description: d, denominator: full_cohort, numerator: n,\n"
        "    denominator_window: {before: {days: 1}}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "option_without_effect x.yml:3:25: a denominator_window changes nothing with full_cohort, "
            "which is always due: name a measure instead"
        ],
    ),
    "options that need a window": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n,\n"
        "    opportunity: first,\n    reference_date: denominator}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "option_without_effect x.yml:3:18: warning: 'opportunity: first' changes nothing here: only a "
            "numerator_window around each date of a denominator measure tells the first from others",
            "option_without_effect x.yml:4:21: warning: 'reference_date: denominator' changes nothing here: only a "
            "numerator_window beside a denominator measure has a reference",
        ],
    ),
    "the first opportunity where the reference is the cohort date": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n,\n"
        "    opportunity: first, numerator_window: {after: {days: 9}}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "option_without_effect x.yml:3:18: warning: 'opportunity: first' changes nothing here: only a "
            "numerator_window around each date of a denominator measure tells the first from others",
        ],
    ),
    "options that have their effect where a report restates the window": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n,\n"
        "    opportunity: first, reference_date: denominator}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c],\n"
        "    indicators: [{j: {numerator_window: {after: {days: 9}}}}]}\n",
        "",
        [],
    ),
    "unknown dates beside a window": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n,\n"
        "    undated_numerator: ignore, numerator_window: {after: {days: 9}}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "option_without_effect x.yml:3:24: warning: 'undated_numerator: ignore' changes nothing here: "
            "beside a numerator_window an unknown date stays unknown"
        ],
    ),
    "open windows where no window has a last day": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, open_window: not_met}\n"
        "  k: {title: t, description: d, denominator: m, numerator: n,\n"
        "    open_window: not_met, numerator_window: {before: {days: 9}}}\n"
        "  l: {title: t, description: d, denominator: m, numerator: n,\n"
        "    open_window: not_met, numerator_window: {after: {days: 9}}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c],\n"
        "    indicators: [j, {k: {open_window: not_met}}, {l: {open_window: unresolved}}]}\n",
        "",
        [
            f"option_without_effect x.yml:{place}: warning: 'open_window: not_met' changes nothing here: "
            "only a numerator_window with 'after' has a last day that can be still to come"
            for place in ("2:76", "4:18", "9:39")
        ],
    ),
    "a report restates what changes nothing": (
        "indicators:\n  j: {title: t, description: d, denominator: full_cohort, numerator: n}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c],\n"
        "    indicators: [{j: {denominator_window: {after: {days: 9}}, opportunity: first}}]}\n",
        "",
        [
            "option_without_effect x.yml:5:43: a denominator_window changes nothing with full_cohort, "
            "which is always due: name a measure instead",
            "option_without_effect x.yml:5:76: warning: 'opportunity: first' changes nothing here: only a "
            "numerator_window around each date of a denominator measure tells the first from others",
        ],
    ),
    "an or with one child": (
        "measures:\n  x: {or: [m]}\n",
        ", x",
        ["single_child x.yml:2:11: warning: 'or' has one child: it says the same as the child"],
    ),
    "the same inline part three times": (
        "measures:\n"
        "  x: {and: [m, {target: drug, rules: [{exact: 9}]}]}\n"
        "  y: {or: [m, {target: drug, rules: [{exact: 9}]}]}\n"
        "  z: {except: [m, {target: drug, rules: [{exact: 9}]}]}\n",
        ", x, y, z",
        [
            "repeated_inline_part x.yml:3:15: warning: this inline part is written 3 times, "
            "first at definitions/pack/x.yml:2:16: give it a name",
            "repeated_inline_part x.yml:4:19: warning: this inline part is written 3 times, "
            "first at definitions/pack/x.yml:2:16: give it a name",
        ],
    ),
    "an exclusion that is the denominator": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, exclusions: [m]}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        ["excluded_denominator x.yml:2:76: the denominator 'm' is listed under exclusions: nobody would be left"],
    ),
    "an exception that is the denominator": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, exceptions: [m]}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        ["excluded_denominator x.yml:2:76: the denominator 'm' is listed under exceptions: nobody could fail"],
    ),
    "exceptions that hold the denominator": (
        "measures:\n  x: {filter: {of: m, sex: female}}\n  y: {last: {or: [m, {at: episode, of: e}]}}\n  z: {first: {or: [y, x]}}\n"
        "  o: {and: [m, n]}\n  again: {subquery: s}\n"
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, exceptions: [x, z, o, y],\n"
        "    unresolved: [again]}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "excluded_denominator x.yml:8:79: 'z' under exceptions holds the whole denominator 'm': nobody could fail",
            "excluded_denominator x.yml:8:85: 'y' under exceptions holds the whole denominator 'm': nobody could fail",
            "excluded_denominator x.yml:9:18: 'again' under unresolved holds the whole denominator 'm': nobody would be left",
        ],
    ),
    "benchmarks that a report restates": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, benchmark: {value: 0}}\n"
        "  k: {title: t, description: d, type: duration, denominator: m, numerator: n, benchmark: {value: 0.5}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c],\n"
        "    indicators: [j: {benchmark: {value: 100.5}}, k: {benchmark: {value: 700}}]}\n"
        "  p: {title: t, description: d, cohorts: [c], indicators: [j: {benchmark: {value: 0.25}}]}\n",
        "",
        [
            "unlikely_benchmark x.yml:6:41: no rate reaches a benchmark of 100.5 percent: write a value from 0 to 100",
            "unlikely_benchmark x.yml:7:83: warning: a benchmark of 0.25 percent is less than 1 in 100: write 25 if that "
            "share is meant",
        ],
    ),
    "benchmarks at the limits": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, benchmark: {value: 100}}\n"
        "  k: {title: t, description: d, denominator: m, numerator: n, benchmark: {value: 1}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j, k]}\n",
        "",
        [],
    ),
    "numbers without a unit": (
        "targets:\n  lab: {model: lab}\nsubqueries:\n"
        "  f: {target: lab, rules: [{scalar: {op: '>', value: 1}}, {scalar: {op: '>', value: 1, unit: 8753}}],\n"
        "    exclude: [{all: [{exact: 1}, {scalar: {op: '>', value: 9}}]}], where: {scalar: {op: '<', value: 99}}}\n"
        "  g: {target: drug, rules: [{exact: 1}]}\n"
        "measures:\n  x: {or: [m, {target: lab, rules: [{scalar: {op: '>', value: 2}}]}, {first: f}, g]}\n",
        ", x",
        [
            f"number_without_unit x.yml:{place}: warning: this number is compared whatever its unit is: add 'unit' to "
            "'scalar', or waive the check"
            for place in ("4:37", "5:43", "5:84", "8:46")
        ],
    ),
    "windows around a death": (
        "targets:\n  death: {model: death, number: null, flag: null, unit: null}\nsubqueries:\n"
        "  died: {target: death, resolve_by: person, rules: [{exact: 1}]}\n"
        "measures:\n  dead: {subquery: died}\n"
        "  after: {window: {anchor: dead, candidate: m, align: person, from: {days: 0}, to: {days: 30}}}\n"
        "  before: {window: {anchor: dead, candidate: m, align: person, from: {days: -30}, to: {days: 0}}}\n"
        "  open: {window: {anchor: dead, candidate: m, align: person, to: {days: 0}}}\n"
        "  other: {window: {anchor: m, candidate: dead, align: person, from: {days: 0}, to: {days: 30}}}\n"
        "indicators:\n"
        "  j: {title: t, description: d, denominator: dead, numerator: m, reference_date: denominator,\n"
        "    numerator_window: {before: {days: 0}, after: {days: 30}}, benchmark: {value: 10, better: lower}}\n"
        "  k: {title: t, description: d, denominator: dead, numerator: m, reference_date: denominator,\n"
        "    numerator_window: {before: {days: 30}, after: {days: 0}}, benchmark: {value: 10, better: lower}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j, k], dataset: [after, before, open, other]}\n",
        "",
        [
            "window_after_death x.yml:7:69: warning: the window begins on the day of a death or later: a negative 'from' "
            "looks before it",
            "window_after_death x.yml:13:32: warning: the window begins on the day of a death: 'before' with days looks "
            "before it",
        ],
    ),
    "a window of a year back": (
        "measures:\n  x:\n    window: {anchor: m, candidate: n, from: {years: 1}, to: {months: 11, days: 27}}\n",
        ", x",
        [
            "reversed_window x.yml:3:45: the window ends before it starts, whatever day its anchor is: "
            "correct 'from' or 'to'"
        ],
    ),
    "a window that holds a day from some anchors": (
        # From 1 March 2022 a year ends on 1 March 2023, and so do 11 months and 28 days.
        "measures:\n  x:\n    window: {anchor: m, candidate: n, from: {years: 1}, to: {months: 11, days: 28}}\n",
        ", x",
        [],
    ),
    "a reversed window in an inline part": (
        "measures:\n  x: {or: [m, {window: {anchor: m, candidate: n, from: {days: 1}, to: {days: 0}, pick: none}}]}\n",
        ", x",
        [
            "reversed_window x.yml:2:56: the window ends before it starts, whatever day its anchor is: "
            "correct 'from' or 'to'"
        ],
    ),
    "names that stand twice": (
        "indicators:\n"
        "  j: {title: t, description: d, denominator: m, numerator: n,\n"
        "    exclusions: [x, x],\n    exceptions: [x, both, x],\n    unresolved: [both, both],\n"
        "    valid_for: [spring, spring]}\n"
        "measures:\n  x: {filter: {of: m, sex: female}}\n"
        "reports:\n  q: {title: t, description: d, indicators: [j], primary_cohort: c,\n"
        "    periods: [{name: spring, start: 2024-03-01, end: 2024-05-31}],\n"
        "    cohorts: [c, c],\n    counted: [m, m],\n    dataset: [n, both, n]}\n",
        "",
        [
            f"repeated_name x.yml:{place}: '{name}' appears twice under {word}: remove one, or write the name that was meant"
            for place, name, word in (
                ("3:21", "x", "exclusions"),
                ("4:27", "x", "exceptions"),
                ("5:24", "both", "unresolved"),
                ("6:25", "spring", "valid_for"),
                ("12:18", "c", "cohorts"),
                ("13:18", "m", "counted"),
                ("14:24", "n", "dataset"),
            )
        ],
    ),
    "valid for no period": (
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, valid_for: []}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "empty_valid_for x.yml:2:74: 'valid_for' names no period, so that no key is ever asked: name one, or leave "
            "'valid_for' out"
        ],
    ),
    "windows over what has no dates": (
        TIMELESS + "indicators:\n"
        "  j: {title: t, description: d, denominator: w, numerator: n, denominator_window: {after: {days: 9}}}\n"
        "  k: {title: t, description: d, denominator: m, numerator: w, numerator_window: {after: {days: 9}}}\n"
        "  l: {title: t, description: d, denominator: w, numerator: n, reference_date: denominator,\n"
        "    numerator_window: {after: {days: 9}}}\n"
        "  o: {title: t, description: d, denominator: w, numerator: n, numerator_window: {after: {days: 9}}}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j, k, l, o]}\n",
        "",
        [
            "timeless_window x.yml:8:83: a window needs dates, and the denominator 'w' is timeless: leave the window out, "
            "or name a measure that has dates",
            "timeless_window x.yml:9:81: a window needs dates, and the numerator 'w' is timeless: leave the window out, "
            "or name a measure that has dates",
            "timeless_window x.yml:10:79: the numerator_window lies around dates of the denominator, and 'w' is timeless: "
            "leave the window out, or name a measure that has dates",
        ],
    ),
    "windows that reports put over what has no dates": (
        TIMELESS + "cohorts:\n  d: {definitions: {women: w}}\n"
        "indicators:\n"
        "  j: {title: t, description: d, denominator: m, numerator: w}\n"
        "  k: {title: t, description: d, denominator: m, numerator: n, numerator_window: {after: {days: 9}}}\n"
        "  l: {title: t, description: d, denominator: m, numerator: n}\n"
        "reports:\n"
        "  q: {title: t, description: d, cohorts: [c], indicators: [{j: {numerator_window: {after: {days: 9}}}}]}\n"
        "  p: {title: t, description: d, cohorts: [d], indicators: [k,\n"
        "    {l: {denominator_window: {after: {days: 9}}}}, {j: {title: t}}]}\n",
        "",
        [
            "timeless_window x.yml:14:83: a window needs dates, and the numerator 'w' is timeless: leave the window out, "
            "or name a measure that has dates",
            "timeless_window x.yml:15:60: the window lies around the cohort date, and the cohort is timeless: leave it out",
            "timeless_window x.yml:16:30: the window lies around the cohort date, and the cohort is timeless: leave it out",
        ],
    ),
    "a rule that where contradicts": (
        "measures:\n"
        "  x: {or: [m, {target: drug, rules: [{exact: 1}, {exact: 2}], where: {exact: [2, 3]}}]}\n"
        "  y: {or: [m, {target: drug, rules: [{exact: 3}], where: {all: [{exact: 2}, {exact: 3}]}}]}\n"
        "  z: {or: [m, {target: drug, rules: [{exact: 1}], where: {any: [{exact: 1}, {exact: 2}]}}]}\n",
        ", x, y, z",
        [
            "impossible_rule x.yml:2:38: no row can meet this rule and 'where': its exact concepts exclude each other",
            "impossible_rule x.yml:3:38: no row can meet this rule and 'where': its exact concepts exclude each other",
            "impossible_rule x.yml:3:58: no row can meet this rule: its exact concepts exclude each other",
        ],
    ),
    "a concept set that only where and any use": (
        "concept_sets:\n  here: {concepts: [1]}\n  there: {concepts: [2]}\n"
        "measures:\n  x: {or: [m, {target: drug, rules: [{any: [{phenotype: here}, {exact: 5}]}], where: {phenotype: there}}]}\n",
        ", x",
        [],
    ),
    "a later chapter": (
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [i], audiences: [public]}\n",
        "",
        ["not_supported x.yml:2:75: 'audiences' is not supported yet"],
    ),
    "a waiver": (
        "measures:\n  x:\n    or: [m]\n    waive: [{check: single_child, reason: the second child comes next month}]\n",
        ", x",
        [],
    ),
    "a waiver of nothing": (
        "measures:\n  x:\n    or: [m, n]\n    waive: [{check: single_child, reason: none}]\n",
        ", x",
        ["waiver x.yml:4:21: warning: check 'single_child' finds nothing here: remove the waiver"],
    ),
    "a waiver of no check": (
        "measures:\n  x:\n    or: [m, n]\n    waive: [{check: single_chld, reason: none}]\n",
        ", x",
        ["waiver x.yml:4:21: no check 'single_chld' can be waived (did you mean 'single_child'?)"],
    ),
    "what cannot be waived": (
        "reports:\n  q:\n    {title: t, description: d, cohorts: [c], indicators: [i], audiences: [public], "
        "waive: [{check: not_supported, reason: r}]}\n",
        "",
        [
            "not_supported x.yml:3:74: 'audiences' is not supported yet",
            "waiver x.yml:3:100: no check 'not_supported' can be waived; there are concept_of_two_names, empty_concept_set, "
            "excluded_denominator, impossible_rule, incomplete_definition, never_holds, number_without_unit, "
            "option_without_effect, repeated_inline_part, single_child, unavailable_example, unlikely_benchmark, "
            "unused_definition, window_after_death",
        ],
    ),
    "incomplete definitions": (
        "subqueries:\n  x: {incomplete: later}\nmeasures:\n  y: {and: [m, {or: [x, {incomplete: next year}]}]}\n"
        "  z: {incomplete: for the dataset}\n"
        "indicators:\n  j: {title: t, description: d, denominator: m, numerator: n, exceptions: [y]}\n"
        "  k: {title: t, description: d, denominator: m, numerator: n, unresolved: [y]}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j, k], dataset: [z]}\n",
        "",
        [
            "incomplete_definition x.yml:2:3: warning: subquery x is incomplete: later; it makes 2 indicators unavailable",
            "incomplete_definition x.yml:4:3: warning: measure y is incomplete: next year; it makes 2 indicators "
            "unavailable",
            "incomplete_definition x.yml:5:3: warning: measure z is incomplete: for the dataset",
        ],
    ),
    "an incomplete definition, waived": (
        "measures:\n  x: {incomplete: later, waive: [{check: incomplete_definition, reason: all know}]}\n",
        ", x",
        [],
    ),
    "examples of what is unavailable": (
        "subqueries:\n  x: {incomplete: later}\n"
        "measures:\n  y: {and: [m, x], examples: [{name: e, expect: []}]}\n"
        "  n2: {first: m, examples: [{name: e, expect: []}]}\n"
        "indicators:\n  j: {title: t, description: d, denominator: n2, numerator: m, exclusions: [y],\n"
        "      examples: [{name: e, expect: []}]}\n"
        "reports:\n  q: {title: t, description: d, cohorts: [c], indicators: [j]}\n",
        "",
        [
            "incomplete_definition x.yml:2:3: warning: subquery x is incomplete: later; it makes 1 indicator unavailable",
            "unavailable_example x.yml:4:20: 'y' is unavailable, so that no example of it can run: subquery x is "
            "incomplete: later (by y > x)",
            "unavailable_example x.yml:8:7: 'j' is unavailable, so that no example of it can run: subquery x is "
            "incomplete: later (by y > x)",
        ],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_check(case: str, tmp_path: Path) -> None:
    text, used, expected = CASES[case]
    assert problems(tmp_path, text, used) == expected


def test_every_check_is_tried() -> None:
    named = {line.split(" ", 1)[0] for _, _, expected in CASES.values() for line in expected}
    # Names of 36 characters stay distinct in the longest relation, so no definition can reach this check yet.
    assert {check_id(c) for c in CHECKS} - named == {"clashing_relation"}


@pytest.mark.parametrize("check", CHECKS, ids=check_id)
def test_every_check_has_a_manual_page(check: object) -> None:
    text = inspect.getdoc(check) or ""
    for word in ("What:", "Why:", "Example:", "Fix:"):
        assert word in text
    assert f"## `{check_id(check)}`" in checks_manual()  # type: ignore[arg-type]
    assert set(UNWAIVABLE) < {check_id(c) for c in CHECKS}
