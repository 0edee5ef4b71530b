"""Every variable of the project is data: what is not of its kind stops with a message that names it."""

import datetime
import re
from functools import cache
from pathlib import Path
from types import CodeType, SimpleNamespace
from typing import Any

import pytest
import pytz
import yaml
from jinja2 import Environment

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = yaml.safe_load((ROOT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
# Those that packs bring.
OF_PACKS: dict[str, Any] = {
    name: about["default"]
    for file in sorted((ROOT / "definitions").glob("*/pack.yml"))
    for name, about in yaml.safe_load(file.read_text(encoding="utf-8")).get("variables", {}).items()
}
DEFAULTS = PROJECT | OF_PACKS
FILES = [
    *(
        "scalar/day_literal",
        "settings/setting",
        "settings/check_settings",
        "settings/check_packs",
        "files/csv_settings",
    ),
    *("omop/omop_check_settings", "epilepsy12/e12_check_settings"),
]


class CompilerError(Exception):
    """What dbt would stop with."""


def check(**variables: Any) -> None:
    """Run every check of settings with these variables beside the defaults, on DuckDB."""

    def stop(message: str) -> None:
        raise CompilerError(message)

    module = macros(stop, variables)
    module.omop_check_settings()
    module.e12_check_settings()


def macros(stop: Any, variables: dict[str, Any]) -> Any:
    """Return the macros of settings, where a variable that a pack brings has no default of the project's."""
    environment = Environment(extensions=["jinja2.ext.do"], autoescape=False)
    environment.globals |= {
        "var": lambda name, *default: (dict.fromkeys([name], *default) | PROJECT | variables)[name],
        "modules": SimpleNamespace(re=re, datetime=datetime, pytz=pytz),
        "exceptions": SimpleNamespace(raise_compiler_error=stop),
        "target": SimpleNamespace(type="duckdb"),
    }
    template = environment.template_class.from_code(environment, compiled(), environment.make_globals(None))
    return template.module


@cache
def compiled() -> CodeType:
    """Return the code of the macros, which is the same for all variables."""
    text = "\n".join((ROOT / "macros" / f"{file}.sql").read_text(encoding="utf-8") for file in FILES)
    return Environment(extensions=["jinja2.ext.do"], autoescape=False).compile(text)


def test_the_defaults_are_right() -> None:
    check()


# Quotes and semicolons may stand in the path of a folder, where they are doubled; nowhere else.
PATHS = {"omop_files", "e12_files", "e12_exports"}
NASTY = ["x'; drop table person; --", 'x"; drop table person; --', "x;y", "x`y", "x\ny", "{{ 1 }}"]


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_no_variable_becomes_sql(name: str) -> None:
    for text in NASTY:
        if name in PATHS and "\n" not in text:
            check(**{name: text})
            continue
        with pytest.raises(CompilerError, match=name):
            check(**{name: text})
        if isinstance(DEFAULTS[name], list):
            with pytest.raises(CompilerError, match=name):
                check(**{name: [text]})


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_a_value_of_another_type_stops(name: str) -> None:
    for value in (3.5, {"a": 1}, [["x"]], -1):
        with pytest.raises(CompilerError, match=name):
            check(**{name: value})


@pytest.mark.parametrize(
    "variables",
    [
        {"omop_schema": "OMOP CDM-2024"},
        {"omop_database": "Spitäler"},
        {"opt_outs_until": datetime.date(2026, 7, 1)},
        {"omop_time_zone": "Australia/Sydney"},
        {"purposes": ["audit", "cancer-registry", "second use"]},
        {"financial_year_starts": 12},
        {"omop_source_case": "upper"},
        {"access_roles": {"owner": "gate", "public": "readers"}},
    ],
)
def test_what_is_of_its_kind_passes(variables: dict[str, Any]) -> None:
    check(**variables)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"financial_year_starts": 13}, "financial_year_starts is '13'; it is a month, 1 to 12"),
        ({"financial_year_starts": True}, "financial_year_starts is 'True'; it is a month, 1 to 12"),
        ({"opt_outs_until": "2026-06-31"}, "opt_outs_until is '2026-06-31'; it is a day such as 2026-06-30"),
        ({"purpose": "audti"}, "purpose is 'audti'; it can be one of purposes: care, audit, planning, research"),
        ({"purposes": ["Audit"]}, "purposes holds 'Audit'; it lists names such as audit"),
        ({"purposes": ["any", "audit"]}, "purposes holds 'any', which already stands for all of them"),
        ({"absent_tables": "person"}, "absent_tables is 'person'; it is a list, such as [device_exposure]"),
        (
            {"access_roles": {"owner": "gate", "nurse": "n"}},
            "access_roles names 'nurse'; it can name owner, team, clinician and",
        ),
        (
            {"access_roles": {"owner": "gate", "team": "public"}},
            "access_roles says 'public' for team; a role is a name of",
        ),
        (
            {"access_roles": {"owner": "gate", "team": "gate"}},
            "access_roles names one role twice; each kind is a role of",
        ),
        (
            {"access_roles": {"clinician": "clinicians"}},
            "access_roles names no owner; the owner is the role without a login",
        ),
        ({"refresh": "changes"}, "refresh is 'changes'; it can be all or changed"),
        ({"omop_schema": ""}, "omop_schema is empty; it names a schema"),
        ({"omop_schema": 2024}, "omop_schema is '2024'; it is a text"),
        ({"omop_time_zone": "Mars"}, "omop_time_zone is 'Mars'; it is a time zone such as UTC or Australia/Sydney"),
    ],
)
def test_what_is_said(variables: dict[str, Any], said: str) -> None:
    with pytest.raises(CompilerError, match=re.escape(said)):
        check(**variables)


KNOWN = {
    "omop": {"built": "always", "needs": []},
    "oncology": {"built": "by_default", "needs": []},
    "lung": {"built": "by_default", "needs": ["oncology"]},
    "ward": {"built": "on_request", "needs": []},
}


def check_packs(**variables: Any) -> None:
    def stop(message: str) -> None:
        raise CompilerError(message)

    macros(stop, variables).check_packs(KNOWN)


@pytest.mark.parametrize("variables", [{}, {"packs": []}, {"packs": ["oncology", "lung"]}, {"packs": ["ward", "omop"]}])
def test_packs_that_can_be_built(variables: dict[str, Any]) -> None:
    check_packs(**variables)


@pytest.mark.parametrize(
    ("packs", "said"),
    [
        (["lung"], "packs is [lung], but pack lung needs pack oncology: add it to packs"),
        (
            ["lugn"],
            "packs holds 'lugn', but there are omop, oncology, lung, ward. Correct its name; if its definitions are new, "
            "run `measuremart sync` first",
        ),
        (["x') or (1 = 1"], "packs holds 'x') or (1 = 1', but there are"),
        ("lung", "packs is 'lung'; it is a list, such as [lung]"),
        (3, "packs is '3'; it is a list, such as [lung]"),
    ],
)
def test_packs_that_cannot_be_built(packs: Any, said: str) -> None:
    with pytest.raises(CompilerError, match=re.escape(said)):
        check_packs(packs=packs)


def test_variables_of_packs_have_the_defaults_of_their_pack() -> None:
    module = macros(None, {})
    assert {name: module.setting(name).strip() for name in OF_PACKS} == OF_PACKS
