"""The template environment: own delimiters, so that dbt's braces stay literal."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from measuremart.plan.grain import Match
from measuremart.render import sql

KEY = ("person_id", "episode_id", "measure_resolver")


def joined_on(left: str, right: str, match: Match) -> list[str]:
    """Return the conditions under which two rows are of the same person, episode or whole key (semantics.md 1)."""
    person = f"{left}.person_id = {right}.person_id"
    if match == "person":
        return [person]
    if match == "episode":
        return [person, f"{left}.episode_id = {right}.episode_id"]
    return [
        person,
        f"{left}.measure_resolver = {right}.measure_resolver",
        f"{left}.episode_id is not distinct from {right}.episode_id",
    ]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - SQL, not HTML; authored text goes through sql.text
    )
    environment.globals |= {"joined_on": joined_on, "shifted": sql.shifted, "relation": sql.relation}
    return environment


def fill(template: str, **values: Any) -> str:
    """Return a template's text, without blank lines at its ends."""
    return _environment().get_template(f"{template}.sql.jinja").render(**values).strip("\n")
