"""Packs are switched by the variable `packs` (docs/decisions/0003)."""

from dbt_runs import Warehouse


def test_a_pack_that_needs_another_stops_without_it(warehouse: Warehouse) -> None:
    run = warehouse.dbt("parse", variables={"packs": ["lung"]})
    assert run.exit_code != 0
    assert "packs is [lung], but pack lung needs pack oncology: add it to packs" in run.output
