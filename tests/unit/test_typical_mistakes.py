"""The mistakes that people make most: each gives one message, which names the place and the repair.

A mistake is one change of a pack without faults: what is replaced, what by, and the message. Positions were counted in
the text that stands here. The pack has a pack.yml that names its report, as `measuremart new pack` writes one.
"""

from pathlib import Path

import pytest
from measuremart.cli import app
from measuremart.pipeline import read_definitions
from typer.testing import CliRunner

PACK = """\
populations:
  clinic:
    person: {model: patient}
    episodes: {model: pathway}
targets:
  letter: {population: clinic, model: letters, dates: {start: sent_on}}
  death: {population: clinic, model: deaths, dates: {start: died_on}}
  lab: {population: clinic, model: labs, dates: {start: taken_on}}
subqueries:
  referral_seen:
    description: A letter of referral.
    target: letter
    rules:
      - exact: 4
  reply_seen: {target: letter, rules: [{exact: 5}], where: {on_or_after: 2020-01-01}}
  died: {target: death, resolve_by: person, rules: [{exact: 6}]}
measures:
  referred:
    subquery: referral_seen
  replied: {first: reply_seen}
  answered:
    window:
      anchor: referred
      candidate: replied
      from: {days: 0}
      to: {days: 28}
  dead: {subquery: died}
  first_dead: {first: dead}
cohorts:
  all_referred: {definitions: {referred: referred}}
indicators:
  answered_in_time:
    description: Of all referrals, those with an answer within 28 days.
    title: Answered in time
    denominator: full_cohort
    numerator: answered
    benchmark: {value: 70, unit: percent}
reports:
  letters:
    description: Letters.
    title: Letters
    cohorts: [all_referred]
    indicators: [answered_in_time]
    dataset: [first_dead]
"""

MISTAKES = {
    "a misspelt key": (
        "    target: letter",
        "    targett: letter",
        "12:5: unknown key 'targett' (did you mean 'target'?)",
    ),
    "a misspelt section": ("\nmeasures:", "\nmesures:", "17:1: unknown section 'mesures' (did you mean 'measures'?)"),
    "a key too far to the right": (
        "    title: Answered",
        "      title: Answered",
        "34:12: not YAML: mapping values are not allowed in this context; quote a text that holds a colon and a space, or "
        "mind the indentation",
    ),
    "a key too far to the left": (
        "    denominator: full",
        "   denominator: full",
        "35:4: not YAML: no key of the mapping that begins on line 32, column 3 begins here; mind the indentation, or quote "
        "the whole text",
    ),
    "an unknown name": (
        "subquery: referral_seen",
        "subquery: referal_seen",
        "19:15: unknown subquery 'referal_seen' (did you mean 'referral_seen'?)",
    ),
    "an unknown grain": (
        "    rules:\n      - exact: 4",
        "    resolve_by: epsiode\n    rules:\n      - exact: 4",
        "13:17: unknown resolver 'epsiode' (did you mean 'episode'?)",
    ),
    "two grains that do not meet": (
        "  replied: {first: reply_seen}",
        "  replied: {and: [{target: letter, resolve_by: event, rules: [{exact: 5}]}, "
        "{target: lab, resolve_by: event, rules: [{exact: 7}]}]}",
        "20:12: and: inline subquery over letter is at grain event of letter (inline subquery over letter, resolve_by: event, "
        "definitions/letters/a.yml:20:19) and inline subquery over lab is at grain event of lab (inline subquery over lab, "
        "resolve_by: event, definitions/letters/a.yml:20:77); neither lies above the other: bring one to a common grain with "
        "at: person or at: episode",
    ),
    "a quoted date": (
        "on_or_after: 2020-01-01",
        'on_or_after: "2020-01-01"',
        "15:74: 'on_or_after' must be a day, as in 2024-12-31; found '2020-01-01': remove the quotes",
    ),
    "a tab": ("    target: letter", "\ttarget: letter", "12:1: not YAML: a tab; indent with spaces"),
    "a tab behind spaces": ("    target: letter", "  \ttarget: letter", "12:3: not YAML: a tab; indent with spaces"),
    "a key twice": (
        "    title: Letters",
        "    title: Letters\n    title: Letters",
        "42:5: 'title' appears twice here; the first is on line 41",
    ),
    "a name twice": (
        "  replied: {first",
        "  referred: {first",
        "20:3: 'referred' appears twice here; the first is on line 18",
    ),
    "no description": (
        "    description: Of all referrals, those with an answer within 28 days.\n",
        "",
        "32:3: 'description' is required",
    ),
    "an id that is text": (
        "    title: Letters",
        '    title: Letters\n    id: "12"',
        "42:9: 'id' must be a whole number; found '12': remove the quotes",
    ),
    "a circle": (
        "  replied: {first: reply_seen}",
        "  replied: {or: [reply_seen, answered]}",
        "21:3: measures go round in a circle: answered -> replied -> answered",
    ),
    "a reversed window": (
        "      from: {days: 0}\n      to: {days: 28}",
        "      from: {days: 28}\n      to: {days: 0}",
        "25:13: the window ends before it starts, whatever day its anchor is: correct 'from' or 'to'",
    ),
    "a benchmark in the wrong unit": (
        "unit: percent",
        "unit: days",
        "37:28: the benchmark of a proportion is in percent",
    ),
    "a benchmark that is a share": (
        "value: 70",
        "value: 0.7",
        "37:24: warning: a benchmark of 0.7 percent is less than 1 in 100: write 70 if that share is meant",
    ),
    "a benchmark above all rates": (
        "value: 70",
        "value: 700",
        "37:24: no rate reaches a benchmark of 700 percent: write a value from 0 to 100",
    ),
    "after instead of before a death": (
        "      anchor: referred\n      candidate: replied\n      from: {days: 0}\n      to: {days: 28}",
        "      align: person\n      anchor: dead\n      candidate: replied\n      from: {days: 0}\n      to: {days: 30}",
        "26:13: warning: the window begins on the day of a death or later: a negative 'from' looks before it",
    ),
    "a number without a unit": (
        "rules: [{exact: 5}]",
        'rules: [{scalar: {op: ">", value: 7}}]',
        "15:49: warning: this number is compared whatever its unit is: add 'unit' to 'scalar', or waive the check",
    ),
    "a day that is none": (
        "on_or_after: 2020-01-01",
        "on_or_after: 2020-02-30",
        "15:74: 2020-02-30 is not a day of the calendar",
    ),
    "a length of time with a minus": (
        "    numerator: answered\n",
        "    numerator: answered\n    numerator_window: {before: {days: -3}}\n",
        "37:33: a length of time is not negative: leave the minus out",
    ),
    "a length of time without its unit": (
        "    numerator: answered\n",
        "    numerator: answered\n    numerator_window: {after: 7}\n",
        "37:31: 'after' must be a mapping of keys to values; found 7: write {days: 7}",
    ),
    "a length of time as a text": (
        "    numerator: answered\n",
        "    numerator: answered\n    numerator_window: {after: 4 weeks}\n",
        "37:31: 'after' must be a mapping of keys to values; found '4 weeks': write {weeks: 4}",
    ),
    "an offset without its unit": (
        "from: {days: 0}",
        "from: -3",
        "25:13: 'from' must be a mapping of keys to values; found -3: write {days: -3}",
    ),
    "a code in place of a concept": (
        "- exact: 4",
        "- exact: J01.9",
        "14:16: 'exact' must be a whole number; found 'J01.9': a concept id is a number; for a code write "
        '{starts_with: "J01.9", of: code}',
    ),
    "a code that is a number": (
        "{exact: 5}",
        "{exact: [250.01, 5]}",
        "15:49: an item of 'exact' must be a whole number; found 250.01: a concept id is a number; for a code write "
        '{starts_with: "250.01", of: code}',
    ),
    "a word in place of a concept": (
        "{exact: 5}",
        '{scalar: {op: ">", value: 7, unit: mg}}',
        "15:75: 'unit' must be a whole number; found 'mg': a concept id is a number",
    ),
    "a unit behind a number": (
        "{exact: 5}",
        '{scalar: {op: ">", value: 7 mg, unit: 8840}}',
        "15:66: 'value' must be a number; found '7 mg': write 7, and under 'unit' the concept id of mg",
    ),
    "a percent sign": (
        "{value: 70, unit: percent}",
        "{value: 10%}",
        "37:24: 'value' must be a number; found '10%': write 10 and unit: percent",
    ),
    "a benchmark without its unit": (
        "{value: 70, unit: percent}",
        "10",
        "37:16: 'benchmark' must be a mapping of keys to values; found 10: write {value: 10, unit: percent}",
    ),
    "a benchmark of a duration without its unit": (
        "{value: 70, unit: percent}",
        "10\n    type: duration",
        "37:16: 'benchmark' must be a mapping of keys to values; found 10: write {value: 10, unit: days}",
    ),
    "a definition too far to the right": (
        "  replied: {first",
        "    replied: {first",
        "20:5: unknown operator or key 'replied'; there are description, notes, waive, subquery, or, and, moments, "
        "except, first, last, nth, count, filter, at, of, window, incomplete, id, version, examples; if it is a "
        "definition of its own, it is indented too far",
    ),
    "a definition too far to the left": (
        "  first_dead: {first: dead}\n",
        "first_dead: {first: dead}\n",
        "28:1: unknown section 'first_dead'; there are populations, extensions, concept_sets, targets, subqueries, measures, "
        "cohorts, indicators, reports, audiences; if it is a definition, it is not indented far enough",
    ),
    "a capital letter": (
        "  replied: {first",
        "  Replied: {first",
        "20:3: 'Replied' is not a name: use a-z, 0-9 and _, beginning with a letter",
    ),
    "a misspelt name": (
        "  all_referred: {def",
        "  all_refered: {def",
        "42:15: unknown cohort 'all_referred' (did you mean 'all_refered'?) (in report letters > cohorts[1])",
    ),
    "a report with an error": (
        "    dataset: [",
        "    levels: 3\n    dataset: [",
        "44:13: 'levels' must be a list; found 3",
    ),
}
ABOUT = "title: Letters\nreport: letters\n"
# The pack in two files: what is found, and what is made of it.
FOUND, MADE = PACK[: PACK.index("cohorts:")], PACK[PACK.index("cohorts:") :]
NEEDS = ABOUT + "needs: [base]\n"


def all_said(folder: Path, files: dict[str, str]) -> list[str]:
    """Return what is said of these files below definitions/."""
    for name, text in files.items():
        path = folder / "definitions" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    problems = read_definitions(folder / "definitions").problems
    return [str(problem).removeprefix("definitions/") for problem in problems]


def said(folder: Path, text: str) -> list[str]:
    found = all_said(folder, {"letters/a.yml": text, "letters/pack.yml": ABOUT})
    return [line.removeprefix("letters/a.yml:") for line in found]


def test_the_pack_has_no_faults(tmp_path: Path) -> None:
    assert said(tmp_path, PACK) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_message(tmp_path: Path, mistake: str) -> None:
    right, wrong, message = MISTAKES[mistake]
    assert PACK.count(right) == 1
    assert said(tmp_path, PACK.replace(right, wrong)) == [message]


# Files below definitions/, and the one thing that is said of them.
SEVERAL_FILES = {
    "a name below, in another pack, has an error": (
        {"base/a.yml": FOUND.replace("exact: 4", "exat: 4"), "letters/b.yml": MADE, "letters/pack.yml": NEEDS},
        "base/a.yml:14:9: unknown matcher or key 'exat' (did you mean 'exact'?)",
    ),
    "the file below is not YAML": (
        {"letters/a.yml": FOUND.replace("    target", "\ttarget"), "letters/b.yml": MADE, "letters/pack.yml": ABOUT},
        "letters/a.yml:12:1: not YAML: a tab; indent with spaces",
    ),
    "the only file of a needed pack is not YAML": (
        {"base/a.yml": FOUND.replace("    target", "\ttarget"), "letters/b.yml": MADE, "letters/pack.yml": NEEDS},
        "base/a.yml:12:1: not YAML: a tab; indent with spaces",
    ),
    "the file of the report is not YAML": (
        {"letters/a.yml": FOUND, "letters/b.yml": MADE.replace("    bench", "\tbench"), "letters/pack.yml": ABOUT},
        "letters/b.yml:9:1: not YAML: a tab; indent with spaces",
    ),
    "the file of the report stands in no pack": (
        {"letters/a.yml": FOUND, "b.yml": MADE, "letters/pack.yml": ABOUT},
        "b.yml:1:1: a definition file belongs in the folder of its pack: move it to definitions/<pack>/b.yml",
    ),
    "the pack.yml of another pack has an error": (
        {"base/a.yml": FOUND, "base/pack.yml": "title: Base\nbuilt: alwys\n"}
        | {"letters/b.yml": MADE, "letters/pack.yml": ABOUT},
        "base/pack.yml:2:8: 'built' must be one of 'always', 'by_default' or 'on_request'; found 'alwys'",
    ),
    "a measure of another pack's name": (
        {"base/a.yml": PACK.replace("reports:", "reports: {}\nother:")[: PACK.index("cohorts:")]}
        | {"letters/b.yml": f"measures:\n  replied: {{subquery: reply_seen}}\n{MADE}", "letters/pack.yml": NEEDS},
        "letters/b.yml:2:3: measure 'replied' is already a measure at definitions/base/a.yml:20:3",
    ),
    "a report of another pack's name": (
        {"base/a.yml": PACK, "letters/b.yml": PACK[PACK.index("reports:") :], "letters/pack.yml": NEEDS},
        "letters/b.yml:2:3: report 'letters' is already a report at definitions/base/a.yml:39:3",
    ),
    "a misspelt key of the pack": (
        {"letters/a.yml": PACK, "letters/pack.yml": ABOUT.replace("report:", "reprt:")},
        "letters/pack.yml:2:1: unknown key 'reprt' (did you mean 'report'?)",
    ),
    "a misspelt report": (
        {"letters/a.yml": PACK, "letters/pack.yml": ABOUT.replace("report: letters", "report: lettres")},
        "letters/pack.yml:2:9: pack 'letters' has no report 'lettres' (did you mean 'letters'?)",
    ),
    "a report of another pack": (
        {"base/a.yml": PACK, "letters/b.yml": "{}\n", "letters/pack.yml": NEEDS},
        "letters/pack.yml:2:9: pack 'letters' has no report 'letters'",
    ),
    "a pack that is not needed": (
        {"base/a.yml": FOUND, "letters/b.yml": MADE, "letters/pack.yml": ABOUT},
        "letters/b.yml:2:3: pack 'letters' uses definitions of pack 'base': add 'base' to needs",
    ),
    "a folder with a capital letter": (
        {"Letters/a.yml": PACK, "Letters/pack.yml": ABOUT},
        "Letters/a.yml:1:1: pack folder: 'Letters' is not a name: use a-z, 0-9 and _, beginning with a letter",
    ),
    "what the pack reads has an error": (
        {
            "letters/a.yml": PACK.replace("model: letters,", "model: letters, reduced_by: concept_id,")
            + "concept_sets:\n  opiates: {concepts: []}\n",
            "letters/pack.yml": f"{ABOUT}reads: {{letter: [opiates]}}\n",
        },
        "letters/a.yml:46:23: 'concepts' needs at least 1 item",
    ),
    "the target that the pack reads has an error": (
        {
            "letters/a.yml": PACK.replace("model: letters,", "model: letters, reduce_by: concept_id,"),
            "letters/pack.yml": f"{ABOUT}reads: {{letter: everything}}\n",
        },
        "letters/a.yml:6:48: unknown key 'reduce_by' (did you mean 'reduced_by'?)",
    ),
    "an example asks a report that has an error": (
        {
            "letters/a.yml": PACK.replace("    dataset:", "    levels: 3\n    dataset:").replace(
                "    benchmark:",
                "    examples:\n"
                "      - {name: asked, report: letters, cohort: [{person: 1, episode: 1, date: 2024-01-01}], results: []}\n"
                "    benchmark:",
            ),
            "letters/pack.yml": ABOUT,
        },
        "letters/a.yml:46:13: 'levels' must be a list; found 3",
    ),
}


@pytest.mark.parametrize("mistake", SEVERAL_FILES)
def test_one_message_of_several_files(tmp_path: Path, mistake: str) -> None:
    files, message = SEVERAL_FILES[mistake]
    assert all_said(tmp_path, files) == [message]


def test_what_has_two_names_is_not_listed(tmp_path: Path) -> None:
    all_said(tmp_path, SEVERAL_FILES["a measure of another pack's name"][0])
    done = CliRunner().invoke(app, ["list", "measures", "--project-dir", str(tmp_path)])
    assert done.exit_code == 5
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["answered", "dead", "first_dead", "referred"]


def test_unused_definitions_are_not_said_beside_errors(tmp_path: Path) -> None:
    alone = PACK.replace("  dead:", "  alone: {first: died}\n  dead:")
    assert said(tmp_path / "right", alone) == ["27:3: warning: nothing uses measure 'alone'"]
    wrong = alone.replace("value: 70", "value: 700")
    assert said(tmp_path / "wrong", wrong) == [
        "38:24: no rate reaches a benchmark of 700 percent: write a value from 0 to 100"
    ]


def test_what_is_valid_is_listed(tmp_path: Path) -> None:
    said(tmp_path, PACK.replace("    target: letter", "    targett: letter"))
    done = CliRunner().invoke(app, ["list", "subqueries", "--project-dir", str(tmp_path)])
    assert done.exit_code == 4
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["died", "reply_seen"]
    assert done.stderr.splitlines() == [
        "definitions/letters/a.yml:12:5: unknown key 'targett' (did you mean 'target'?)",
        "1 problem in 1 file; definitions with a problem are not listed",
    ]
