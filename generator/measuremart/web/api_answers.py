"""What the OpenAPI says of answers: the rows of lists that are not of a mart, problems, and definitions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, create_model

from measuremart.report_rows import ALL_TIME
from measuremart.web.api_rows import Asked


class Problem(BaseModel):
    """Why there is no answer (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["There is nothing here for you"])
    status: int = Field(examples=[404])


_PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    401: {"description": "Nobody has signed in", **_PROBLEM},
    404: {"description": "There is no such thing, or you may not see it", **_PROBLEM},
    414: {"description": "The address is too long", **_PROBLEM},
    422: {"description": "A parameter is not known, or not one of its values", **_PROBLEM},
    503: {"description": "A build writes to the database now; Retry-After says when to ask again", **_PROBLEM},
    304: {"description": "Nothing has changed since the answer with the tag of If-None-Match"},
}
_FILES = {"text/csv": {"schema": {"type": "string"}}}
_FILES |= {"application/vnd.apache.parquet": {"schema": {"type": "string", "format": "binary"}}}


def _rows_model(name: str, row: Any) -> type[BaseModel]:
    return create_model(
        name,
        report=(str, Field(description="The report.")),
        as_of=(str | None, Field(description="The day that everything is seen from.")),
        build=(str, Field(description="The build that the rows are of; the same in all answers of one build.")),
        total=(int, Field(description="How many rows there are of all pages.")),
        next=(str | None, Field(description="The address of the next page.")),
        rows=(list[row], Field(description="The rows.")),
    )


def documented(name: str, row: Any) -> dict[int | str, dict[str, Any]]:
    """Return what the OpenAPI says of a list: its rows, in three forms, and the problems."""
    said = {"description": "The rows", "model": _rows_model(name, row), "content": _FILES}
    return {**PROBLEMS, 200: said}


class ReportRow(BaseModel):
    """A report that the viewer may see."""

    report: str = Field(description="The report.", examples=["epilepsy12"])
    title: str = Field(description="Its title.", examples=["Epilepsy12"])
    description: str = Field(description="What it shows.")
    data_source: str | None = Field(description="Where the data is from; demo: invented patients.", examples=["demo"])


class IndicatorRow(BaseModel):
    """An indicator as its report states it."""

    indicator: str = Field(description="The indicator.", examples=["sodium_valproate"])
    title: str = Field(description="Its title in the report.")
    description: str | None = Field(description="Who is in, who is out, and what counts.")
    version: int | None = Field(description="Version of the definition.", examples=[1])
    statistic: str = Field(description="proportion or duration.", examples=["proportion"])
    benchmark_value: float | None = Field(description="The benchmark; null where there is none.")
    benchmark_unit: str | None = Field(description="percent or days.")
    better: str | None = Field(description="higher or lower.")
    is_available: bool = Field(description="False where a definition below it is incomplete.")
    unavailable_reason: str | None = Field(description="Why it is unavailable.")


class PeriodRow(BaseModel):
    """A period that a report has results in."""

    period_kind: str = Field(description="The kind of period.", examples=["named"])
    period: str = Field(description="The period.", examples=["cohort_6"])
    start_date: str | None = Field(description="First day; null where it has none.", examples=["2022-12-01"])
    end_date: str | None = Field(description="Last day.", examples=["2023-11-30"])


class LevelRow(BaseModel):
    """A level of a report."""

    level_order: int = Field(description="Place of the level in the report, from 1, the narrowest.", examples=[1])
    level_name: str = Field(description="The level.", examples=["organisation"])
    entities: int = Field(description="How many of its entities you see.", examples=[22])


class EntityRow(BaseModel):
    """An entity that the viewer sees."""

    level_name: str = Field(description="The level.", examples=["organisation"])
    entity: str = Field(description="The entity.", examples=["EN001"])
    title: str = Field(description="What it is called.", examples=["Hospital 1"])


class PersonRow(BaseModel):
    """A counted key of an indicator."""

    person_id: int = Field(description="The person.", examples=[16])
    episode_id: int | None = Field(description="The episode, where the grain has one.", examples=[16])
    cohort_date: str | None = Field(description="Cohort date of the key.", examples=["2023-06-24"])
    status: str = Field(description="The status.", examples=["not_met"])
    reason: str = Field(description="Why.", examples=["no numerator"])
    reason_measure: str | None = Field(description="The measure that the reason is about.")
    denominator_date: str | None = Field(description="The opportunity that counts.")
    numerator_date: str | None = Field(description="The day on which the care was given.")
    nearest_date: str | None = Field(description="The numerator date that came nearest.")
    days_outside: int | None = Field(description="Days from the window to it: negative before, positive after.")
    trace: str | None = Field(
        description="The address of the trace: for you, until the server ends; null where your role of the database "
        "sees no more than marts."
    )


class Definition(BaseModel):
    """A definition in sentences."""

    kind: str = Field(examples=["indicator"])
    name: str = Field(examples=["sodium_valproate"])
    pack: str = Field(examples=["epilepsy12"])
    title: str
    place: str = Field(description="File and line of the definition.")
    sections: list[dict[str, Any]] = Field(description="A heading, and lines with their text and their depth, from 0.")


class AskedOfPersons(Asked):
    """Which persons are asked for; those of an entity where one is named."""

    limit: int = Field(100, ge=1, le=1_000, description="The most rows to answer with.")
    level: str | None = Field(None, max_length=200, description="The level; with it the entity.")
    entity: str | None = Field(None, max_length=200, description="The entity of the level.")
    period: str = Field(ALL_TIME, max_length=200, description="The period, by its name.")
    status: str | None = Field(None, max_length=40, description="Only keys of this status.", examples=["not_met"])
