"""Calls of macros with the name of their package, so that they can be made from any project.

dbt looks for a macro in the project of the model that is built, not of the macro that makes the call. So a macro that a
hospital's own model calls would not find the macros beside it; nor would a model that a hospital copies and changes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")
# A comment, or what stands between the delimiters of Jinja.
_JINJA = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# A text between quotes, or a name that is called; not an attribute, and not the name of a macro where it is defined.
_CALL = re.compile(
    r"""'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|(?<![\w.])(?<!macro )(?<!test )(?P<name>\w+)(?=\()""", re.DOTALL
)


def with_namespace(files: Mapping[str, str], package: str) -> dict[str, str]:
    """Return {path: text} in which each call of a macro of these files has the package's name before it."""
    names = {name for path, text in files.items() if path.startswith("macros/") for name in _MACRO.findall(text)}

    def called(found: re.Match[str]) -> str:
        return f"{package}.{found[0]}" if found["name"] in names else found[0]

    def block(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith("{#") else _CALL.sub(called, found[0])

    return {path: _JINJA.sub(block, text) if path.endswith(".sql") else text for path, text in files.items()}
