"""Cases of checks of indicators, reports, and their windows and dates."""


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


CASES: dict[str, tuple[str, str, list[str]]] = {
    "a dataset of 1,600 columns": (broad(795), "", []),
    "a dataset of 1,602 columns": (
        broad(796),
        "",
        [
            "too_broad_dataset x.yml:2:3: the dataset of report 'q' would have 1,602 columns, and a table has room for "
            "1,600: split the report, or name fewer measures"
        ],
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
}
