"""The manual page of all checks, from their docstrings."""

from __future__ import annotations

import inspect

from measuremart.checks.run import CHECKS, UNWAIVABLE, check_id

_HEAD = """# Checks of definitions

Beyond spelling, names and grains, these checks look for definitions that cannot mean what their author wants. An error
stops `measuremart generate`; a warning is printed. A definition waives a check with its reason:

```yaml
measures:
  kept_for_later:
    subquery: stage_ii_recorded
    waive: [{check: unused_definition, reason: "the breast report of next year needs it"}]
```
"""


def manual() -> str:
    """Return the page as Markdown: one chapter a check, in the order of their names."""
    chapters = [_HEAD]
    for check in sorted(CHECKS, key=check_id):
        text = inspect.cleandoc(check.__doc__ or "")
        first, _, rest = text.partition("\n")
        note = "\n\nThis check cannot be waived." if check_id(check) in UNWAIVABLE else ""
        words = rest.strip()
        for word in ("What", "Why", "Example", "Fix"):
            words = words.replace(f"{word}:", f"**{word}:**", 1)
        chapters.append(f"## `{check_id(check)}`\n\n{first}\n\n{words}{note}\n")
    return "\n".join(chapters)
