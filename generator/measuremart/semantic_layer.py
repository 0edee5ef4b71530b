"""The semantic layer: what MetricFlow needs to answer indicators as metrics, over `fct_indicator_result`.

Written where somebody asks for it, and not among the generated models: dbt reads semantic models each time that it
parses, and most sites have no tool that asks them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from measuremart.plan.nodes import Indicator, Plan, Report

_HEADER = "Written by `measuremart semantic`: write it again after a change of a report."
_DAYS = "measuremart_days"
_TIME_SPINE = f"""-- {_HEADER}
-- The days that MetricFlow groups by.
select calendar_date as date_day
from {{{{ ref('dim_date') }}}}
"""  # noqa: S608 - a text of our own
_COUNTS = {
    "n_met": "case when is_counted and status = 'met' then 1 else 0 end",
    "n_eligible": "case when is_counted and status in ('met', 'not_met') then 1 else 0 end",
}


def semantic_files(plan: Plan) -> dict[str, str]:
    """Return the files of the semantic layer by name: a time spine, and a metric for each indicator of each report.

    A metric is met / eligible, the rate of `agg_indicator`; of a duration the share that had it at all.
    """
    written = yaml.safe_dump(_semantic(plan), sort_keys=False, allow_unicode=True, width=120)
    return {f"{_DAYS}.sql": _TIME_SPINE, "measuremart_semantic.yml": f"# {_HEADER}\n{written}"}


def metric_names(reports: Mapping[str, Report]) -> dict[tuple[str, str], str]:
    """Return the name of the metric of each report and indicator: MetricFlow allows no two underscores in a row."""
    found: dict[tuple[str, str], str] = {}
    for report, planned in sorted(reports.items()):
        for indicator in planned.indicators:
            name = re.sub("_+", "_", f"{report}_{indicator.about.name}").strip("_")
            taken = set(found.values())
            number = next(n for n in range(1, len(taken) + 2) if (f"{name}_{n}" if n > 1 else name) not in taken)
            found[report, indicator.about.name] = f"{name}_{number}" if number > 1 else name
    return found


def _semantic(plan: Plan) -> dict[str, Any]:
    names = metric_names(plan.reports)
    metrics: list[dict[str, Any]] = [
        {
            "name": name,
            "label": name.capitalize(),
            "description": f"Counted keys that are {name}; filter one report and indicator",
            "type": "simple",
            "type_params": {"measure": f"n_{name}"},
        }
        for name in ("met", "eligible")
    ]
    for report, planned in sorted(plan.reports.items()):
        metrics += [_metric(names[report, i.about.name], report, planned, i) for i in planned.indicators]
    return {
        "models": [
            {
                "name": _DAYS,
                "description": "A row for each day of dim_date, for MetricFlow",
                "config": {"materialized": "view"},
                "time_spine": {"standard_granularity_column": "date_day"},
                "columns": [{"name": "date_day", "granularity": "day", "description": "The day"}],
            }
        ],
        "semantic_models": [
            {
                "name": "indicator_results",
                "description": "Results of keys, each in the period of period_date",
                "model": "ref('fct_indicator_result')",
                "primary_entity": "result",
                "defaults": {"agg_time_dimension": "period_date"},
                "dimensions": [
                    *({"name": name, "type": "categorical"} for name in ("report", "indicator", "status", "reason")),
                    {"name": "period_date", "type": "time", "type_params": {"time_granularity": "day"}},
                ],
                "measures": [{"name": name, "agg": "sum", "expr": sql} for name, sql in _COUNTS.items()],
            }
        ],
        "metrics": metrics,
    }


def _metric(name: str, report: str, planned: Report, indicator: Indicator) -> dict[str, Any]:
    of = (
        f"{{{{ Dimension('result__report') }}}} = '{report}' "
        f"and {{{{ Dimension('result__indicator') }}}} = '{indicator.about.name}'"
    )
    counts = {"numerator": {"name": "met", "filter": of}, "denominator": {"name": "eligible", "filter": of}}
    return {
        "name": name,
        "label": f"{planned.title}: {indicator.title}",
        "description": "met / eligible" + (", the share that had it at all" if indicator.duration else ""),
        "type": "ratio",
        "type_params": counts,
    }
