"""Packs are switched by the variable `packs` (docs/decisions/0003)."""

from dbt_runs import Warehouse


def test_a_pack_that_needs_another_stops_without_it(warehouse: Warehouse) -> None:
    run = warehouse.dbt("parse", variables={"packs": ["lung"]})
    assert run.exit_code != 0
    assert "packs is [lung], but pack lung needs pack oncology: add it to packs" in run.output


def test_without_the_pack_nothing_of_it_is_built(warehouse: Warehouse) -> None:
    run = warehouse.dbt("build", "--select", "+fct_dropped_event", "+path:models/targets", variables={"packs": []})
    assert run.exit_code == 0, run.output
    assert "target__condition" in run.statuses
    assert not {name for name in run.statuses if name.startswith(("target__tx_", "target__dx_", "treatment_"))}
