"""Cases of checks of rules, concept sets, and expressions of measures."""

# Nobody: no day is left.
NEVER = "{filter: {of: {filter: {of: m, on_or_after: 2021-01-01}}, on_or_before: 2020-12-31}}"


CASES: dict[str, tuple[str, str, list[str]]] = {
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
}
