"""Changes to macros, marts and hooks of the dbt project: each is wrong, and the test that it names must notice."""

from dataclasses import dataclass

from mutations import Mutation


@dataclass(frozen=True)
class ProjectMutation(Mutation):
    """Replace the one occurrence of `old` by `new` in a file of the project; `noticed_by` is the pytest node that must fail."""

    noticed_by: str = ""

    def __post_init__(self) -> None:
        """Raise `ValueError` where no test is named."""
        if not self.noticed_by:
            raise ValueError(f"no test is named: {self}")


def _test(name: str) -> str:
    return f"tests/engines/test_{name}"


GUARDED = _test("engine_guard.py::test_no_row_is_wrong_through_dbt[plain]")
ADDED = _test("engine_guard.py::test_no_row_is_wrong_through_dbt[with_optimizers_of_its_own]")
SHOWN = _test("engine_guard.py::test_dbt_show_is_guarded")
FORGETS = _test("engine_guard.py::test_a_connection_that_forgets_is_refused")
STOPPED = _test("opt_outs_stop.py::test_nothing_is_built_until_the_list_is_understood[duckdb]")
LEFT_OUT = _test("opt_outs.py::test_whose_opt_out_holds")
LACKING = _test("epilepsy12_source.py::test_what_a_schema_lacks_is_named")
NO_IDS = _test("source_check.py::test_files")
CAPITALS = _test("source_check.py::test_quoted_capitals")
TEXTS = _test("casts.py::test_texts")
TYPED = _test("casts.py::test_typed_columns")
AGES = _test("casts.py::test_ages_around_a_birthday")
STATISTICS = _test("statistics_macros.py")
LEVELS = _test("levels.py")
FUNNELS = _test("level_statistics.py")
PERIODS, CALENDAR = _test("periods.py"), _test("calendar_ends.py")
ATTRITION = _test("attrition.py::test_every_step_of_every_period[duckdb]")


def _access(name: str) -> str:
    return _test(f"access.py::test_{name}")


HOOKS = "dbt_project.yml"
ROWS, GIVEN = "macros/access/access_shown.sql", "macros/access/access_statements.sql"
CONSENT = "macros/consent/stop_on_opt_outs.sql"
SOURCE = "macros/source/check_source.sql"
GUARD = "macros/engine/engine_guard.sql"
FUNNEL, TREND = "models/marts/agg_indicator_funnel.sql", "models/marts/agg_indicator_trend.sql"
REACHED, STEPS = "models/marts/agg_attrition.sql", "models/evaluation/counts/result_step_count.sql"
COUNTS = "models/evaluation/counts"
DAY_PERIOD, DAY_COUNT = f"{COUNTS}/result_day_period.sql", f"{COUNTS}/result_day_count.sql"
QUARTILE, ENTITY = f"{COUNTS}/result_quartile.sql", f"{COUNTS}/entity_period_count.sql"


def _m(file: str, old: str, new: str, noticed_by: str) -> ProjectMutation:
    return ProjectMutation(file, old, new, noticed_by=noticed_by)


PROJECT_MUTATIONS = [
    # --- the guard of the engine (decision 0007)
    _m(HOOKS, '  - "{{ engine_guard() }}"\n', "", GUARDED),
    _m(
        GUARD, '{%- do run_query("set global disabled_optimizers', '{%- do log("set global disabled_optimizers', GUARDED
    ),
    _m(GUARD, "{%- do settings.update({name: engine_guard_added(settings[name], wrong)}) -%}", "", ADDED),
    _m(GUARD, "profile.keep_open is false and", "false and", FORGETS),
    _m(GUARD, "limit) -%}\n    {%- do engine_guard() -%}", "limit) -%}", SHOWN),
    # --- who sees what on PostgreSQL (decision 0015)
    _m(ROWS, "            and membership.entity = own.entity\n", "", _access("persons_of_own_entities_alone")),
    _m(
        ROWS,
        "            and own.position < wider.position\n",
        "",
        _access("figures_of_own_entities_and_their_parents_alone"),
    ),
    _m(
        ROWS,
        "            and run_context.as_of between parent.span_from and parent.span_to\n",
        "",
        _access("a_former_parent_is_no_parent"),
    ),
    _m(
        ROWS,
        "        on allowed.role_name = viewer.role_name\n    inner join {{ access_rows('dim_report'",
        "        on true\n    inner join {{ access_rows('dim_report'",
        _access("nobody_and_nulls_see_nothing"),
    ),
    _m(
        ROWS,
        "        where retracted.publication_id = published.publication_id\n",
        "        where false\n",
        _access("the_public_sees_publications_of_its_audience_alone"),
    ),
    _m(
        ROWS, "over level_shown <> 1 then", "over level_shown <> 0 then", _access("peers_together_do_not_give_one_away")
    ),
    _m(ROWS, "nullif(current_setting('role'), 'none')", "null", _access("a_server_asks_as_the_person")),
    _m(ROWS, "where {{ relation.where }}", "where true", _access("nobody_and_nulls_see_nothing")),
    _m(
        GIVEN,
        "'revoke all on function ' ~ rows ~ '() from public'",
        "'select 1'",
        _access("functions_give_no_more_than_views"),
    ),
    _m(ROWS, "node.config.materialized == 'view'", "false", _access("a_build_leaves_no_gap")),
    # --- opt-outs that cannot be understood
    _m(HOOKS, '  - "{{ stop_on_opt_outs() }}"\n', "", STOPPED),
    _m(CONSENT, "{%- if problems -%}", "{%- if false -%}", STOPPED),
    _m(CONSENT, "] if n | int > 0 -%}", "] if n | int > 1 -%}", STOPPED),
    _m(CONSENT, "{{ population }} not in (", "{{ population }} in (", STOPPED),
    _m(CONSENT, "{{ opt_out_person() }} is null", "{{ person }} is null", STOPPED),
    _m(CONSENT, "{{ to_day('opted_out_on') }} is null", "{{ day }} is null", STOPPED),
    _m("models/core/staging/consent/opted_out_person.sql", "opted_out_on <=", "opted_out_on <", LEFT_OUT),
    _m("models/core/staging/consent/opted_out_person.sql", "    and other_purpose.purpose is null\n", "", LEFT_OUT),
    _m("macros/consent/opt_out_day.sql", "{%- if var('opt_outs_until') -%}", "{%- if false -%}", LEFT_OUT),
    # --- sources that would be read wrongly
    _m(SOURCE, "        {%- do exceptions.raise_compiler_error(said", "        {%- do log(said", LACKING),
    _m(
        SOURCE,
        "for column in columns | map(attribute='name') | unique if not is_spelt_so",
        "for column in [] if not is_spelt_so",
        LACKING,
    ),
    _m(SOURCE, "{%- do stop_on_unreadable_ids(table, relation, omop_columns(table)) -%}", "", NO_IDS),
    _m(SOURCE, "{%- if target.type == 'postgres' -%} {%- do return(name in names) -%}", "{%- if false -%}", CAPITALS),
    # --- scalars
    _m("macros/scalar/to_bigint.sql", "            and {{ as_decimal }} = trunc({{ as_decimal }})\n", "", TEXTS),
    _m("macros/scalar/to_bigint.sql", "or abs(try_cast({{ expr }} as double)) <= 16777216", "or true", TYPED),
    _m(
        "macros/scalar/to_day.sql",
        "{%- set digits = \"left(replace(\" ~ text ~ \", '-', ''), 8)\" -%}\n    case\n        when pg_typeof",
        "{%- set digits = \"left(replace(\" ~ text ~ \", '-', ''), 7)\" -%}\n    case\n        when pg_typeof",
        TEXTS,
    ),
    _m("macros/scalar/to_flag.sql", "'1', 't', 'true', 'y', 'yes'", "'1', 't', 'true', 'y'", TEXTS),
    _m("macros/scalar/age_in_years.sql", "{{ on_date }} <", "{{ on_date }} <=", AGES),
    _m("macros/scalar/rounded.sql", "+ 0.5", "+ 0.4", STATISTICS),
    _m("macros/scalar/rounded.sql", "then -1 else 1 end", "then 1 else 1 end", STATISTICS),
    _m(
        "macros/scalar/rounded_ratio.sql",
        "as bigint) * ' ~ 10 ** digits ~ ' + cast",
        "as bigint) * ' ~ 10 ** digits ~ ' - cast",
        STATISTICS,
    ),
    _m("macros/scalar/wilson.sql", "+ 4 * {{ to_double(met) }}", "+ 2 * {{ to_double(met) }}", STATISTICS),
    _m("macros/scalar/xmr_limit.sql", "2.66 * {{", "2.6 * {{", FUNNELS),
    # --- marts
    _m(REACHED, "order by furthest desc\n        ) as n_keys", "order by furthest\n        ) as n_keys", ATTRITION),
    _m(STEPS, "max(person_day.furthest) as", "min(person_day.furthest) as", ATTRITION),
    _m(STEPS, "n_keys else -n_keys end) as n_persons", "n_keys else 0 end) as n_persons", ATTRITION),
    _m(STEPS, "having count(*) > 1", "having count(*) > 9", ATTRITION),
    _m(STEPS, "when status = 'exception' then 6", "when status = 'exception' then 7", ATTRITION),
    _m(STEPS, "when not is_counted then 2", "when not is_counted then 8", ATTRITION),
    _m(DAY_PERIOD, "where not is_in_calendar\n", "where is_in_calendar\n", ATTRITION),
    _m(DAY_PERIOD, "where dated.is_in_calendar\n", "", CALENDAR),
    _m(DAY_PERIOD, "extract(year from end_date)", "extract(year from start_date)", PERIODS),
    _m(DAY_COUNT, "    where is_counted\n", "", PERIODS),
    _m(QUARTILE, "4 * n_up_to > 3 * (n_all - 1)", "4 * n_up_to >= 3 * (n_all - 1)", PERIODS),
    _m(QUARTILE, "4 * (n_up_to - 1) > n_all - 1", "4 * n_up_to > n_all - 1", PERIODS),
    _m(ENTITY, "    where result.is_counted\n", "", LEVELS),
    _m(ENTITY, "when status = 'excluded' then 1", "when status = 'ineligible' then 1", LEVELS),
    _m(
        FUNNEL,
        "case when better = 'lower' then rate else -rate end",
        "case when better = 'higher' then rate else -rate end",
        FUNNELS,
    ),
    _m(FUNNEL, "percentile_cont(0.9)", "percentile_cont(0.8)", FUNNELS),
    _m(TREND, "3 * abs(distance) > 2 * reach", "3 * abs(distance) >= 2 * reach", FUNNELS),
    _m(
        TREND,
        "when better = 'higher' then case when side > 0",
        "when better = 'higher' then case when side < 0",
        FUNNELS,
    ),
    _m(
        TREND,
        "order by place rows between 5 preceding and current row",
        "order by place rows between 4 preceding and current row",
        FUNNELS,
    ),
]
