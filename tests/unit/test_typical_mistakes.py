"""The mistakes that people make most: each gives one message, which names the place and the repair.

A mistake is one change of a pack without faults: what is replaced, what by, and the message. Positions were counted in
the text that stands here.
"""

from pathlib import Path

import pytest
from measuremart.cli import app
from measuremart.pipeline import read_definitions
from measuremart.problems import UNUSED
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
        "42:5: 'title' stands twice here; the first is on line 41",
    ),
    "a name twice": (
        "  replied: {first",
        "  referred: {first",
        "20:3: 'referred' stands twice here; the first is on line 18",
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
}


def said(folder: Path, text: str) -> list[str]:
    pack = folder / "definitions" / "letters"
    pack.mkdir(parents=True)
    (pack / "a.yml").write_text(text, encoding="utf-8")
    problems = [p for p in read_definitions(folder / "definitions").problems if p.check != UNUSED]
    return [str(p).removeprefix("definitions/letters/a.yml:") for p in problems]


def test_the_pack_has_no_faults(tmp_path: Path) -> None:
    assert said(tmp_path, PACK) == []


@pytest.mark.parametrize("mistake", MISTAKES)
def test_one_message(tmp_path: Path, mistake: str) -> None:
    right, wrong, message = MISTAKES[mistake]
    assert PACK.count(right) == 1
    assert said(tmp_path, PACK.replace(right, wrong)) == [message]


@pytest.mark.parametrize(
    ("report", "messages"),
    [("letters", []), ("lettres", ["definitions/letters/pack.yml:2:9: pack 'letters' has no report 'lettres'"])],
)
def test_a_report_with_a_mistake_in_it_is_known_to_its_pack(tmp_path: Path, report: str, messages: list[str]) -> None:
    (mistake,) = said(tmp_path, PACK.replace("first: reply_seen", "first: reply_sen"))
    assert mistake.startswith("20:20: unknown measure or subquery 'reply_sen'")
    file = tmp_path / "definitions" / "letters" / "pack.yml"
    file.write_text(f"title: Letters\nreport: {report}\n", encoding="utf-8")
    found = [str(p) for p in read_definitions(tmp_path / "definitions").problems if p.check != UNUSED]
    assert found == [f"definitions/letters/a.yml:{mistake}", *messages]


def test_what_is_valid_is_listed(tmp_path: Path) -> None:
    said(tmp_path, PACK.replace("    target: letter", "    targett: letter"))
    done = CliRunner().invoke(app, ["list", "subqueries", "--project-dir", str(tmp_path)])
    assert done.exit_code == 4
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["died", "reply_seen"]
    assert done.stderr.splitlines() == [
        "definitions/letters/a.yml:12:5: unknown key 'targett' (did you mean 'target'?)",
        "1 problem in 1 file; definitions with a problem are not listed",
    ]
