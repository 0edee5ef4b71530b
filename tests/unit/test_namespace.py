"""Calls of the package's macros have its name before them, and nothing else changes."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jinja2 import Environment
from measuremart.namespace import DEFAULTS, of_any_project
from measuremart.runtime import runtime_files, shipped_packs

ROOT = Path(__file__).resolve().parents[2]
MACROS = {
    "macros/day.sql": "{% macro to_day(a) -%} {{ to_text(a) }} {%- endmacro %}{% macro to_text(a) %}{% endmacro %}"
}


def named(text: str) -> str:
    return of_any_project(MACROS | {"models/a.sql": text}, "measuremart", {})["models/a.sql"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select {{ to_day('x') }}", "select {{ measuremart.to_day('x') }}"),
        ("{% do to_day(to_text(x)) %}", "{% do measuremart.to_day(measuremart.to_text(x)) %}"),
        ("{{ var('a') }}", "{{ var('a', measuremart.variable_default('a')) }}"),
        (
            "{{ var(name, setting_default(name)) }}",
            "{{ var(name, measuremart.setting_default(name) or measuremart.variable_default(name)) }}",
        ),
        ("{% if var(name) == 'to_day(' %}", "{% if var(name, measuremart.variable_default(name)) == 'to_day(' %}"),
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
        "{{ var('a', 'b') }}",
        "{{ \"var('a')\" }}",
        "{{ env_var('a') }}",
        "{% macro to_day(x) %}{% endmacro %}",
    ],
)
def test_what_is_no_call_of_a_macro_stays(text: str) -> None:
    assert named(text) == text


def test_files_that_are_no_sql_stay() -> None:
    assert of_any_project(MACROS | {"a.yml": "{{ to_day(x) }}"}, "measuremart", {})["a.yml"] == "{{ to_day(x) }}"


def test_defaults_are_what_dbt_project_yml_says() -> None:
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    given: list[Any] = []
    environment.globals["return"] = given.append
    said = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    text = of_any_project({}, "measuremart", said)[DEFAULTS]
    for name in said:
        environment.from_string(text + f"{{% do variable_default('{name}') %}}").render()
    assert given == list(said.values())
    assert len(given) > 20


def test_every_call_in_the_package_has_the_name_and_nothing_else_changed() -> None:
    files = {p: t for p, t in runtime_files(ROOT, shipped_packs(ROOT)).items() if p.endswith(".sql")}
    made = of_any_project(files, "measuremart", {})
    del made[DEFAULTS]
    given = re.compile(r"(,| or) measuremart\.variable_default\('?\w+'?\)")
    assert {path: given.sub("", text).replace("measuremart.", "") for path, text in made.items()} == {
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
