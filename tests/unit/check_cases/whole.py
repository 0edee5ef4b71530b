"""Cases of checks of a definition as a whole: that it is used, complete, supported, waived."""

CASES: dict[str, tuple[str, str, list[str]]] = {
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
