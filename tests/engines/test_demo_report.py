"""The demo's report against the hand computation over the seed files, cell by cell."""

import statistics
from pathlib import Path

import hand_indicators
import hand_report
import hand_targets
import pytest
from dbt_runs import Warehouse

RESULT_COLUMNS = (
    "indicator, person_id, episode_id, is_counted, status, cohort_date, denominator_date, numerator_date, days_between"
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The demo, built as a user builds it: seeds, models and every test."""
    folder: Path = tmp_path_factory.mktemp("demo")
    built = Warehouse(folder)
    run = built.dbt("build")
    assert run.exit_code == 0, run.output
    return built


def test_results(demo: Warehouse) -> None:
    ours = demo.rows(f"select {RESULT_COLUMNS} from reports.report__lung_mdt__results")
    by_hand = [
        (
            r.indicator,
            r.person_id,
            r.episode_id,
            r.counted,
            r.status,
            r.cohort_date,
            r.denominator_date,
            r.numerator_date,
            r.days_between,
        )
        for r in hand_report.results()
    ]
    assert len(ours) == len(by_hand) > 1000
    assert sorted(ours, key=str) == sorted(by_hand, key=str)


def test_the_fact_table_holds_the_same_rows(demo: Warehouse) -> None:
    kept = demo.rows(f"select {RESULT_COLUMNS} from marts.fct_indicator_result where report = 'lung_mdt'")
    assert sorted(kept, key=str) == sorted(
        demo.rows(f"select {RESULT_COLUMNS} from reports.report__lung_mdt__results"), key=str
    )


def test_aggregates(demo: Warehouse) -> None:
    ours = demo.rows(
        "select indicator, met, not_met, excluded, exception, unresolved, ineligible, eligible, rate, median_days "
        "from marts.agg_indicator where report = 'lung_mdt' and period_kind = 'all_time' order by indicator"
    )
    by_hand = sorted(hand_report.aggregates(), key=lambda a: a.indicator)
    assert len(ours) == len(by_hand) == 22
    for mine, hand in zip(ours, by_hand, strict=True):
        counts = (hand.met, hand.not_met, hand.excluded, hand.exception, hand.unresolved, hand.ineligible)
        assert mine[:8] == (hand.indicator, *counts, hand.eligible)
        assert hand.rate is not None
        assert float(mine[8]) == pytest.approx(hand.rate, abs=5e-7)
        if hand.indicator in hand_indicators.DURATIONS:
            assert hand.median_days is not None
            assert float(mine[9]) == pytest.approx(hand.median_days, abs=0.005)


# Benchmarks as the pack and the report state them: (value, better). Where none is stated, there is no verdict on it.
BENCHMARKS = {
    "mdt_discussion": (85, "higher"),
    "pathological_confirmation": (70, "higher"),
    "ecog_documented": (95, "higher"),
    "smoking_documented": (95, "higher"),
    "lung_function_before_surgery": (90, "higher"),
    "lung_function_before_radiotherapy": (90, "higher"),
    "early_stage_surgery": (70, "higher"),
    "early_stage_radiotherapy": (80, "higher"),
    "stage_iii_chemoradiotherapy": (80, "higher"),
    "chemotherapy_around_surgery": (75, "higher"),
    "small_cell_therapy": (80, "higher"),
    "small_cell_therapy_14_days": (80, "higher"),
    "small_cell_chemoradiotherapy": (80, "higher"),
    "molecular_testing_stage_iv": (90, "higher"),
    "stage_iv_palliative_referral": (80, "higher"),
    "stage_iv_systemic_therapy": (90, "higher"),
    "any_treatment": (80, "higher"),
    "treatment_near_death": (25, "lower"),
    "referral_to_specialist": (14, "lower"),
    "referral_to_treatment": (42, "lower"),
}


def test_verdicts(demo: Warehouse) -> None:
    ours = demo.rows("select indicator, verdict from marts.agg_indicator where period_kind = 'all_time'")
    by_hand = {}
    for aggregate in hand_report.aggregates():
        if aggregate.indicator not in BENCHMARKS:
            by_hand[aggregate.indicator] = "no benchmark"
            continue
        value, better = BENCHMARKS[aggregate.indicator]
        of_days = aggregate.indicator in hand_indicators.DURATIONS
        shown = aggregate.median_days if of_days else 100 * (aggregate.rate or 0)
        assert shown is not None
        reached = shown <= value if better == "lower" else shown >= value
        by_hand[aggregate.indicator] = "reached" if reached else "not reached"
    assert dict(ours) == by_hand
    assert set(by_hand.values()) == {"reached", "not reached", "no benchmark"}


def test_quartiles_of_days(demo: Warehouse) -> None:
    ours = demo.rows(
        "select indicator, lower_quartile_days, median_days, upper_quartile_days from marts.agg_indicator "
        "where period_kind = 'all_time'"
    )
    for indicator, *found in ours:
        days = [
            r.days_between
            for r in hand_report.results()
            if r.indicator == indicator and r.counted and r.status == "met" and r.days_between is not None
        ]
        expected = statistics.quantiles(days, n=4, method="inclusive") if len(days) > 1 else days * 3
        assert [float(f) for f in found] == pytest.approx(expected, abs=0.005), indicator


@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
def test_periods_add_up_to_all_time(demo: Warehouse, kind: str) -> None:
    counts = "sum(eligible), sum(met), sum(exception), sum(unresolved), sum(excluded), sum(ineligible)"
    query = f"select indicator, {counts} from marts.agg_indicator where period_kind in ({{}}) group by 1 order by 1"
    periods = demo.rows(query.format(f"'{kind}', 'undated'"))
    assert periods == demo.rows(query.format("'all_time'"))
    assert periods


def test_the_cohort_is_measure_0_in_four_columns(demo: Warehouse) -> None:
    by_hand = {(r.person_id, r.episode_id, r.episode_id, r.cohort_date) for r in hand_report.results()}
    cohort = demo.rows("select person_id, episode_id, measure_resolver, measure_date from reports.report__lung_mdt")
    assert sorted(cohort, key=str) == sorted(by_hand, key=str)


def test_the_dataset_has_one_row_a_key_and_agrees_with_the_measures(demo: Warehouse) -> None:
    dataset = demo.rows("select count(*), count(distinct episode_id) from reports.report__lung_mdt__dataset")
    assert dataset == demo.rows("select count(*), count(distinct episode_id) from reports.report__lung_mdt")
    columns = [c for (c,) in demo.rows("select column_name from (describe reports.report__lung_mdt__dataset)")]
    qualified = [c for c in columns if c.endswith("__qualified")]
    assert len(qualified) > 20
    grains = dict(demo.rows("select measure, grain from catalogue.catalogue_measure"))
    for column in qualified:
        measure = column.removesuffix("__qualified")
        join = "r.person_id = m.person_id"
        if grains[measure] != "person":
            join += " and r.episode_id = m.episode_id"
        expected = demo.rows(
            f"select r.episode_id, min(m.measure_date) from reports.report__lung_mdt as r "
            f"join measures.measure__{measure} as m on {join} group by 1 order by 1"
        )
        ours = demo.rows(
            f"select episode_id, {measure}__date from reports.report__lung_mdt__dataset where {column} order by 1"
        )
        assert ours == expected, measure


@pytest.mark.parametrize(
    ("target", "condition"),
    [
        ("dx_primary", "true"),
        ("dx_any", "true"),
        ("dx_stage", "true"),
        ("dx_mets", "true"),
        ("tx_chemotherapy", "true"),
        ("tx_radiotherapy", "true"),
        ("tx_surgical", "true"),
        ("tx_concurrent", "value_flag"),
    ],
)
def test_targets(demo: Warehouse, target: str, condition: str) -> None:
    ours = demo.rows(
        "select distinct person_id, episode_id, start_date "
        f"from targets.target__{target} where episode_id is not null and {condition}"
    )
    by_hand = {(e.person, e.episode, e.day) for e in hand_targets.TARGETS[target] if e.episode is not None}
    assert set(ours) == by_hand
    assert len(by_hand) > 5
