"""The models between results and marts (`models/evaluation/counts`), for tests that lay results on an engine themselves."""

from lab.direct import compiled
from lab.engines import Engine
from lab.project import ROOT

# In the order in which they are built; entity_period_count needs organisations, too (levels_world).
COUNTS = ("result_day_period", "result_day_count", "result_period_count", "result_quartile")


def model_sql(path: str, engine: Engine) -> str:
    """A model's statement for an engine: `marts/agg_indicator`."""
    text = (ROOT / "models" / f"{path}.sql").read_text(encoding="utf-8")
    return compiled(text.replace("{{ config(materialized='view') }}", ""), engine.name)


def build_agg_indicator(engine: Engine) -> None:
    """Create agg_indicator, and what it is counted from, over results, strata and periods that stand."""
    for path in (*(f"evaluation/counts/{name}" for name in COUNTS), "marts/agg_indicator"):
        engine.execute(f"create temp table {path.rsplit('/', maxsplit=1)[-1]} as {model_sql(path, engine)}")
