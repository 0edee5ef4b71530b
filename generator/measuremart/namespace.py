"""What lets macros of the package be called from any project: its name before each call, and defaults of variables.

dbt looks for macros and variables in the project of the model that is built, not of the macro that makes the call. So a
macro that a hospital's own model calls would find neither the macros beside it nor the package's variables; nor would a
model that a hospital copies and changes, or a query of `dbt show`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)")
# A comment, or what stands between the delimiters of Jinja.
_JINJA = re.compile(r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
# The value of a variable without a default of its own; a text between quotes; or a name that is called, which is no
# attribute, and not the name of a macro where it is defined.
_CALL = re.compile(
    r"""(?<![\w.])var\((?P<variable>'\w+'|\w+)(?P<of_a_pack>, setting_default\(\w+\))?\)"""
    r"""|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*\""""
    r"""|(?<![\w.])(?<!macro )(?<!test )(?P<name>\w+)(?=\()""",
    re.DOTALL,
)
DEFAULTS = "macros/variable_default.sql"


def of_any_project(files: Mapping[str, str], package: str, variables: Mapping[str, Any]) -> dict[str, str]:
    """Return {path: text} in which each call of a macro of these files has the package's name before it.

    Each `var('x')` has its default beside it, from `variables`: the macro in `DEFAULTS`, one more file, has them all.
    """
    names = {name for path, text in files.items() if path.startswith("macros/") for name in _MACRO.findall(text)}

    def called(found: re.Match[str]) -> str:
        if found["variable"]:
            default = f"{package}.variable_default({found['variable']})"
            if found["of_a_pack"]:  # that macro has the defaults of the packs' variables, and is empty for others
                default = f"{package}.{found['of_a_pack'].removeprefix(', ')} or {default}"
            return f"var({found['variable']}, {default})"
        return f"{package}.{found[0]}" if found["name"] in names else found[0]

    def block(found: re.Match[str]) -> str:
        return found[0] if found[0].startswith("{#") else _CALL.sub(called, found[0])

    made = {path: _JINJA.sub(block, text) if path.endswith(".sql") else text for path, text in files.items()}
    return made | {DEFAULTS: _defaults(variables)}


def _defaults(variables: Mapping[str, Any]) -> str:
    """Return the macro that has the default of each variable. JSON is as Jinja reads it, but for null."""
    lines = [f"        '{name}': {_literal(value)}," for name, value in sorted(variables.items())]
    return "\n".join(
        [
            "{# The default of a variable, as this package's dbt_project.yml has it: other projects see none. #}",
            "{% macro variable_default(name) -%}",
            "    {%- do return({",
            *lines,
            "    }.get(name, '')) -%}",
            "{%- endmacro %}",
            "",
        ]
    )


def _literal(value: Any) -> str:
    return "none" if value is None else json.dumps(value, ensure_ascii=False)
