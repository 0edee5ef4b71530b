"""Calls of the package's macros have its name before them, and nothing else changes."""

import re
from pathlib import Path

import pytest
from measuremart.namespace import with_namespace
from measuremart.runtime import runtime_files, shipped_packs

ROOT = Path(__file__).resolve().parents[2]
MACROS = {
    "macros/day.sql": "{% macro to_day(a) -%} {{ to_text(a) }} {%- endmacro %}{% macro to_text(a) %}{% endmacro %}"
}


def named(text: str) -> str:
    return with_namespace(MACROS | {"models/a.sql": text}, "measuremart")["models/a.sql"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select {{ to_day('x') }}", "select {{ measuremart.to_day('x') }}"),
        ("{% do to_day(to_text(x)) %}", "{% do measuremart.to_day(measuremart.to_text(x)) %}"),
        ("{%- set a = ref('b') ~ to_day(\"c\") -%}", "{%- set a = ref('b') ~ measuremart.to_day(\"c\") -%}"),
    ],
)
def test_a_call_gets_the_name(text: str, expected: str) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "select to_day(x)",  # SQL's own function
        "{# to_day(x) #}",
        "{{ 'to_day(x)' }}",
        '{{ "it\'s to_day(x)" }}',
        "{{ adapter.dispatch('to_day', 'measuremart')(x) }}",
        "{{ column.to_day(x) }}",
        "{{ measuremart.to_day(x) }}",
        "{{ into_day(x) }}",
        "{{ to_day }}",
        "{% macro to_day(x) %}{% endmacro %}",
    ],
)
def test_what_is_no_call_of_a_macro_stays(text: str) -> None:
    assert named(text) == text


def test_files_that_are_no_sql_stay() -> None:
    assert with_namespace(MACROS | {"a.yml": "{{ to_day(x) }}"}, "measuremart")["a.yml"] == "{{ to_day(x) }}"


def test_every_call_in_the_package_has_the_name_and_nothing_else_changed() -> None:
    files = {p: t for p, t in runtime_files(ROOT, shipped_packs(ROOT)).items() if p.endswith(".sql")}
    made = with_namespace(files, "measuremart")
    assert {path: text.replace("measuremart.", "") for path, text in made.items()} == {
        path: text.replace("measuremart.", "") for path, text in files.items()
    }
    defined = {name for text in files.values() for name in re.findall(r"\{%-?\s*macro\s+(\w+)", text)}
    calls = [
        (path, name)
        for path, text in made.items()
        for block in re.findall(r"\{\{.*?\}\}|\{%.*?%\}", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL), re.DOTALL)
        for name in re.findall(r"(?<!macro )(?<![\w.'\"])(\w+)\(", block)
        if name in defined
    ]
    assert calls == []
    assert "{{ measuremart.add_interval(" in "".join(made.values())
