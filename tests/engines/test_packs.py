"""Packs are switched by the variable `packs` (docs/decisions/0003)."""

from pathlib import Path

from dbt_runs import ROOT, Warehouse, lean_project


def test_a_pack_that_needs_another_stops_without_it(warehouse: Warehouse) -> None:
    run = warehouse.dbt("parse", variables={"packs": ["lung"]})
    assert run.exit_code != 0
    assert "packs is [lung], but pack lung needs pack oncology: add it to packs" in run.output


def test_nothing_of_a_pack_that_is_off_is_built(tmp_path: Path) -> None:
    """Over the whole project: a model of a pack whose `enabled` is forgotten would be built for everybody."""
    packs = {path.name for path in (ROOT / "definitions").iterdir()} - {"omop"}
    assert {"oncology", "lung", "gi_bleed", "epilepsy12"} <= packs
    whole = Warehouse(tmp_path, lean_project(tmp_path / "whole", sorted(packs)))
    listing = ("ls", "--quiet", "--resource-type", "model", "--output", "path")
    run = whole.dbt(*listing, variables={"packs": []})
    assert run.exit_code == 0, run.output
    paths = [line for line in run.output.splitlines() if line.startswith("models/")]
    assert len(paths) > 50
    assert not [path for path in paths if packs & set(path.split("/"))]


def test_the_project_compiles_where_nothing_is_built(warehouse: Warehouse) -> None:
    run = warehouse.dbt("compile", "--select", "unreadable_omop_cells", variables={"packs": []})
    assert run.exit_code == 0, run.output
