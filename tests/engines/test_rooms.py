"""The rooms, as dbt's manifest has them: nothing refers upward, groups and access are set, every mart has a reader."""

import json
from pathlib import Path
from typing import Any

import pytest
from dbt_runs import ROOT, Warehouse, lean_project

ORDER = ("core", "generated", "evaluation", "marts", "publication")


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("rooms")
    packs = sorted({path.name for path in (ROOT / "definitions").iterdir()} - {"omop"})
    whole = Warehouse(folder, lean_project(folder / "whole", packs))
    run = whole.dbt("parse", variables={"packs": packs})
    assert run.exit_code == 0, run.output
    return dict(json.loads((run.target / "manifest.json").read_text()))


def models(manifest: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {name: node for name, node in manifest["nodes"].items() if node["resource_type"] == "model"}


def room(node: dict[str, Any]) -> str:
    return Path(node["path"]).parts[0]


def test_no_model_refers_to_a_room_above(manifest: dict[str, Any]) -> None:
    found = models(manifest)
    assert {room(node) for node in found.values()} == set(ORDER)
    up = [
        (node["name"], found[other]["name"])
        for node in found.values()
        for other in node["depends_on"]["nodes"]
        if other in found and ORDER.index(room(found[other])) > ORDER.index(room(node))
    ]
    assert up == []


def test_each_model_is_of_the_group_of_its_room(manifest: dict[str, Any]) -> None:
    for node in models(manifest).values():
        is_public = room(node) == "marts" or node["name"].startswith("pub_")
        access = "public" if is_public else "protected"
        assert (node["config"]["group"], node["config"]["access"]) == (room(node), access), node["name"]


def test_each_mart_has_an_exposure_and_a_test(manifest: dict[str, Any]) -> None:
    marts = {n for n, node in models(manifest).items() if node["name"].startswith(("dim_", "fct_", "agg_"))}
    assert len(marts) > 20
    read = {name for exposure in manifest["exposures"].values() for name in exposure["depends_on"]["nodes"]}
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    tested = {name for node in tests for name in node["depends_on"]["nodes"]}
    assert (marts - read, marts - tested) == (set(), set())


def test_generated_models_say_their_pack_layer_and_kind(manifest: dict[str, Any]) -> None:
    for node in models(manifest).values():
        if room(node) == "generated":
            assert node["config"]["meta"]["kind"], node["name"]
            parts = Path(node["path"]).parts[1:-1]  # none for a union
            assert not parts or list(parts) == node["config"]["tags"], node["name"]


def test_what_is_counted_waits_for_the_tests_of_all_members(manifest: dict[str, Any]) -> None:
    """dbt builds nothing that is made of a relation whose test fails: so wrong members reach no mart."""
    found = models(manifest)
    tests = [node for node in manifest["nodes"].values() if node["name"].startswith("measure_member_")]
    tested = {found[name]["name"] for node in tests for name in node["depends_on"]["nodes"] if name in found}
    assert tested >= {"measure_members", "subquery_members", "indicator_members"}

    def above(name: str) -> set[str]:
        return {found[other]["name"] for other in found[name]["depends_on"]["nodes"] if other in found}

    waiting = [n for n, node in found.items() if node["name"] in ("indicator_result", "report_cohort_keys")]
    waiting += [n for n, node in found.items() if node["name"].endswith("__dataset") and room(node) == "generated"]
    assert len(waiting) > 4
    for name in waiting:
        assert above(name) >= {"measure_members", "subquery_members"}, name
