"""The manual of errors and checks: a chapter each, whose examples are read when the page is made."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from functools import cache

from measuremart.checks.rules import Rule, base_text, rules
from measuremart.pipeline import read_definitions
from measuremart.problems import UNUSED, Problem, exit_code
from measuremart.write import temporary_folder

_WIDTH = 120

_ERRORS_HEAD = """# Errors in definitions

`measuremart validate` and `measuremart generate` read every file of every pack and print all that is wrong in one run.
A message begins with the file, the line and the column. At a terminal it comes with the line of the file and the id of
the error. `measuremart rule ID` prints the chapter of an id. Nothing is written while there is an error.

A name whose definition has an error is not called unknown, and a definition that uses it has no message of its own.
Correct what is printed, then run the command again. Other problems: [how to](../how-to/errors.md). Checks of
definitions that can be read: [checks](checks.md).

"""
_CHECKS_HEAD = """# Checks of definitions

Beyond spelling, names and grains, these checks look for definitions that cannot mean what their author wants. An error
stops `measuremart generate`; a warning is printed. `measuremart rule ID` prints the chapter of a check. A definition
waives a check with its reason:

```yaml
measures:
  kept_for_later:
    subquery: stage_ii_recorded
    waive: [{check: unused_definition, reason: "the breast report of next year needs it"}]
```

"""


def errors_manual() -> str:
    """Return the page of all errors as markdown."""
    return _manual(_ERRORS_HEAD, (rule for rule in rules().values() if not rule.is_check))


def checks_manual() -> str:
    """Return the page of all checks as markdown."""
    return _manual(_CHECKS_HEAD, (rule for rule in rules().values() if rule.is_check))


def rule_page(rule: Rule) -> str:
    """Return the chapter of a rule as markdown, each example with what is said of it."""
    parts = [f"## `{rule.id}`", rule.title]
    parts += [_wrapped(f"**{label}:** {text}") for label, text in rule.parts.items()]
    if rule.is_check and not rule.can_be_waived:
        parts.append("This check cannot be waived.")
    for example in rule.examples:
        found = problems_of(rule, example.file, example.broken)
        parts += [example.said or "Broken:", f"```yaml\n{example.broken}```"]
        parts.append("```text\n" + "\n".join(map(str, found)) + "\n```")
        code = exit_code(found)
        parts.append(f"Exit code {code}." if code else "Exit code 0: a warning stops nothing.")
        if example.corrected is not None:
            parts += ["Corrected:", f"```yaml\n{example.corrected}```"]
    return "\n\n".join(parts) + "\n"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)


def problems_of(rule: Rule, file: str, text: str) -> list[Problem]:
    """Return what is wrong with the definitions of an example of a rule.

    Definitions that nothing uses are passed over, unless the rule is about these: an example is short.
    """
    return [p for p in _problems(file, text) if p.check != UNUSED or rule.id == UNUSED]


@cache
def _problems(file: str, text: str) -> tuple[Problem, ...]:
    here = f"definitions/{'' if file.startswith('../') else 'mine/'}{file.removeprefix('../')}"
    with temporary_folder({"definitions/base/base.yml": base_text(), here: text}) as folder:
        (folder / "definitions" / "mine").mkdir(exist_ok=True)
        found = read_definitions(folder / "definitions").problems
    return tuple(p for p in found if not p.position.file.startswith("definitions/base/"))


def _manual(head: str, chapters: Iterable[Rule]) -> str:
    found = list(chapters)
    index = "".join(f"- [`{rule.id}`](#{rule.id}): {rule.title}\n" for rule in found)
    return head + index + "\n" + "\n".join(rule_page(rule) for rule in found)
