"""The public configurations, where they are at hand: MEASUREMART_SHARED_DATA, or ../shared/data beside the project."""

import os
from pathlib import Path

import pytest
from importers.oa_folders import ROOT, by_id, catalogue, entries
from measuremart.importers.oa_cohorts.pack import Imported, translate

SHARED = Path(os.environ.get("MEASUREMART_SHARED_DATA", ROOT.parent / "shared" / "data"))


def _imported(name: str) -> Imported:
    if not (SHARED / name).is_dir():
        pytest.skip(f"{name} is not at hand: set MEASUREMART_SHARED_DATA to the folder that has it")
    return translate(SHARED / name, catalogue())


def test_the_lung_configuration() -> None:
    found = _imported("oa_cohorts_lung")
    pack = entries(found)
    written = {section: {e["id"] for e in pack[section].values() if "id" in e} for section in pack}
    assert len(written["subqueries"]) == 31
    assert len(written["measures"]) == 51  # 52 with measure 0, the full cohort
    assert written["indicators"] == set(range(1, 23))
    without_rules = {f.id for f in found.findings if f.reason == "the source has no rules for it"}
    assert without_rules == {122, 123, 125, 128, 129, 145, 147}
    # Subqueries without rules, or with a rule that cannot be mapped. A unit without a number makes nothing unavailable.
    unavailable = {u.id for u in found.unavailable if u.kind == "indicator"}
    assert unavailable == {5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 19}
    assert [u.name for u in found.unavailable if u.kind == "sub-cohort"] == ["primary_lung.lung_cancer"]
    assert by_id(pack["measures"], 20) == {"except": ["care_episodes", "any_tx_surgical"]}
    assert by_id(pack["indicators"], 21)["type"] == "duration"
    assert len(by_id(pack["reports"], 1)["indicators"]) == 22


def test_the_013_sample_is_imported_whole() -> None:
    found = _imported("oa_cohorts_013_sample")
    pack = entries(found)
    assert {section: len(names) for section, names in pack.items()} == {
        "subqueries": 8,
        "measures": 8,
        "cohorts": 1,
        "indicators": 6,
        "reports": 1,
    }
    assert found.unavailable == []
    assert [(f.file, f.id, f.what) for f in found.findings if not f.id] == [
        ("indicator.csv", 0, "benchmarks"),
        ("indicator.csv", 0, "denominators"),
    ]
    # Those with a window, which an unknown date leaves open.
    assert {(f.file, f.id) for f in found.findings if f.id} == {("indicator.csv", n) for n in (2, 6, 7)}
    assert by_id(pack["indicators"], 7) == {
        "denominator": "breast_primary",
        "numerator": "surgery",
        "denominator_window": {"before": {"days": 0}, "after": {"days": 30}},
        "numerator_window": {"after": {"days": 120}},
        "undated_numerator": "ignore",
    }
