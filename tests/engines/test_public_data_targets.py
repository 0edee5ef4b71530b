"""Every target over public data: GiBleed (CDM 5.3, repeated ids) and Synthea27Nj (real laboratory values, few tables).

Neither has episodes, so that no event is attached and the oncology targets are empty but well formed. Synthea27Nj is
looked for in the folder that MEASUREMART_SYNTHEA27NJ names, else in ../shared/data/synthea27nj beside this project.
"""

from __future__ import annotations

import os
from pathlib import Path

import duckdb
import pytest
import yaml
from dbt_runs import ROOT, Run, Warehouse

pytestmark = pytest.mark.xdist_group("gibleed")
SYNTHEA = Path(os.environ.get("MEASUREMART_SYNTHEA27NJ") or ROOT.parent / "shared" / "data" / "synthea27nj")
EVENTS = {
    "condition": "condition_occurrence",
    "drug": "drug_exposure",
    "procedure": "procedure_occurrence",
    "measurement": "measurement",
    "measurement_value": "measurement",
    "observation": "observation",
    "observation_value": "observation",
    "device": "device_exposure",
    "visit": "visit_occurrence",
    "observation_period": "observation_period",
    "person": "person",
}


def declared(pack: str) -> dict[str, str]:
    """The model of every target of a pack, as declared."""
    targets = yaml.safe_load((ROOT / "definitions" / pack / "targets.yml").read_text(encoding="utf-8"))["targets"]
    return {name: target["model"] for name, target in targets.items()}


def all_targets() -> dict[str, str]:
    return declared("omop") | declared("oncology")


def check(built: Warehouse, run: Run) -> None:
    """Everything was built, no test failed, every target has its columns and a shape test that ran."""
    assert run.exit_code == 0, run.output
    assert not {name for name, status in run.statuses.items() if status not in ("success", "pass", "warn", "no-op")}
    for name, model in all_targets().items():
        assert run.statuses[model] == "success", name
        shapes = [s for test, s in run.statuses.items() if test.startswith(f"target_shape_{model}_")]
        assert shapes, name
        assert set(shapes) == {"pass"}, name


def counts(built: Warehouse) -> dict[str, int]:
    return {n: built.rows(f"select count(*) from targets.{model}")[0][0] for n, model in all_targets().items()}


def test_gibleed(gibleed: tuple[Warehouse, Run]) -> None:
    """Every record that is asked about stands in its target once: repeated ids are not multiplied; all are counted."""
    built, run = gibleed
    check(built, run)
    found = counts(built)
    recorded = {
        target: built.rows(f"select count(*) from omop.main.{table}")[0][0]
        for target, table in EVENTS.items()
        if table != "device_exposure"
    }
    counted = dict(built.rows("select target_name, sum(n_rows) from marts.agg_attachment group by target_name"))
    for target, n_rows in recorded.items():
        if target in counted:
            assert counted[target] == n_rows, target
    # The pack oncology reads conditions and visits whole; of drugs, gi_bleed asks about two and all below them.
    whole = ("condition", "visit", "observation_period", "person")
    assert [found[t] for t in whole] == [recorded[t] for t in whole]
    below = (
        "select descendant_concept_id from omop.main.concept_ancestor where ancestor_concept_id in (1118084, 1124300)"
    )
    drugs = f"select count(*) from omop.main.drug_exposure where drug_concept_id in ({below})"
    assert found["drug"] == built.rows(drugs)[0][0] < recorded["drug"]
    assert found["device"] == found["death"] == 0
    assert not {name for name in declared("oncology") if found[name]}
    reasons = "select distinct unattached_reason from targets.target__drug"
    assert built.rows(reasons) == [("no_episode",)]


@pytest.mark.skipif(not SYNTHEA.is_dir(), reason="no folder MEASUREMART_SYNTHEA27NJ or ../shared/data/synthea27nj")
def test_synthea27nj(tmp_path: Path) -> None:
    """Values and units of the laboratory come through as they are."""
    tables = {path.stem for path in SYNTHEA.glob("*.parquet")}
    staged = {p.stem.removeprefix("stg_omop__") for p in (ROOT / "models" / "core" / "staging" / "omop").glob("*.sql")}
    built = Warehouse(tmp_path)
    run = built.dbt(
        "build",
        variables={
            "packs": ["oncology"],
            "reduce_targets": False,
            "omop_source": "files",
            "omop_files": str(SYNTHEA),
            "absent_tables": sorted(staged - tables),
        },
    )
    check(built, run)
    found = counts(built)
    with duckdb.connect() as source:
        for target, table in EVENTS.items():
            rows = source.execute(f"select count(*) from '{SYNTHEA}/{table}.parquet'").fetchall()
            assert found[target] == rows[0][0], target
        values = "count(value_as_number), count(distinct nullif(unit_concept_id, 0))"
        measured = source.execute(f"select {values} from '{SYNTHEA}/measurement.parquet'").fetchall()
    ours = "select count(value_number), count(distinct nullif(unit_id, 0)) from targets.target__measurement"
    assert built.rows(ours) == measured
    assert measured[0][0] > 1000
    assert measured[0][1] > 1
