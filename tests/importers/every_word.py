"""A configuration that uses every word of the vocabularies of oa-cohorts 0.13: each in a definition of its own.

The words are those of the columns' enumerations and CHECK constraints in that version.
"""

from pathlib import Path


def _words(text: str) -> list[str]:
    return text.split()


MATCHERS = _words("substring exact hierarchy absence presence hierarchyexclusion scalar phenotype predicate")
TARGETS = _words(
    "dx_any dx_primary dx_first_primary dx_mets dx_stage tx_any tx_first_line tx_current_episode tx_chemotherapy "
    "tx_radiotherapy tx_surgical tx_concurrent demog_gender demog_death obs_value obs_concept proc_concept meas_concept "
    "meas_value_num meas_value_concept tx_to_death_window dx_to_tx_window referral_to_tx_window "
    "referral_to_specialist_window intent_rt intent_sact intent_concurrent_rt ev_visit"
)
TEMPORALITIES = _words(
    "dt_any dt_current_start dt_stage dt_mets dt_treatment_start dt_treatment_end dt_concurrent dt_treat dt_rad dt_surg "
    "dt_obs dt_proc_start dt_meas dt_consult dt_death dt_numerator dt_denominator dt_visit"
)
DIRECTIONS = [">", "<", "=", "!=", "gt", "lt", "eq", "neq"]
COMBINATIONS = ["or", "and", "except", "rule_or", "rule_and", "rule_except"]
SCOPES = ["cancer", "treatment"]
PICKS = ["any", "earliest", "latest", "closest"]
RESULT_DATES = ["anchor", "candidate", "greatest", "least"]
SELECTIONS = ["first", "latest", "all"]
DATE_ROLES = ["measure", "start", "end", "completion"]
GRAINS = ["episode", "patient"]
OPPORTUNITIES = ["any", "first"]
REFERENCES = ["cohort", "denominator"]
PERIODS = ["cohort", "denominator", "numerator", "completion"]
UNDATED = ["exclude", "presence"]

# First id of each kind of definition, so that a word's definition is found by its place in the list.
BY_MATCHER, BY_TARGET, BY_TEMPORALITY, BY_DIRECTION = 100, 200, 300, 400
BY_COMBINATION, BY_SCOPE, BY_PICK, BY_RESULT, BY_SELECTION = 500, 520, 600, 620, 640
BY_ORDER, BY_ANCHOR, BY_CANDIDATE = 660, 680, 700
BY_GRAIN, BY_OPPORTUNITY, BY_REFERENCE, BY_PERIOD, BY_UNDATED = 10, 20, 30, 40, 50
DIAGNOSIS, TREATMENT, PROCEDURE = 1, 2, 3


def write_every_word(folder: Path) -> Path:
    """Write the configuration into `folder`, which is made."""
    folder.mkdir()
    for name, (heading, lines) in _tables().items():
        (folder / name).write_text("\n".join([heading, *lines]) + "\n", encoding="utf-8")
    return folder


def _tables() -> dict[str, tuple[str, list[str]]]:
    subqueries, rules = _subqueries()
    windows, window_measures = _windows()
    leaves = [int(line.split(",", 1)[0]) for line in subqueries]
    measures = [f"{n},Of subquery {n},or,{n},cancer,False" for n in leaves]
    measures += [f"{BY_COMBINATION + n},Combined by {w},{w},,cancer,False" for n, w in enumerate(COMBINATIONS)]
    measures += [f"{BY_SCOPE + n},In scope {w},and,,{w},False" for n, w in enumerate(SCOPES)]
    children = [f"{BY_COMBINATION + n},{child}" for n in range(len(COMBINATIONS)) for child in (DIAGNOSIS, PROCEDURE)]
    children += [f"{BY_SCOPE + n},{child}" for n in range(len(SCOPES)) for child in (TREATMENT, BY_MATCHER + 1)]
    indicators = _indicators()
    reports = [f"{1 + n},Report by {w},r{n},d,2026-01-01,2026-01-01,a," for n, w in enumerate(PERIODS)]
    in_reports = [f"{1 + n},{BY_PERIOD + n},,,," for n in range(len(PERIODS))]
    others = [n for n in (int(line.split(",", 1)[0]) for line in indicators) if n // 10 * 10 != BY_PERIOD]
    return {
        "phenotype.csv": ("phenotype_id,phenotype_name,description", ["1,Cancers,"]),
        "phenotype_definition.csv": ("phenotype_id,query_concept_id", ["1,443388"]),
        "query_rule.csv": (
            "query_rule_id,matcher,concept_id,notes,scalar_threshold,threshold_direction,threshold_comparator,phenotype_id",
            rules,
        ),
        "subquery.csv": ("subquery_id,target,temporality,name,short_name", subqueries),
        "subquery_rule_map.csv": ("subquery_id,query_rule_id", [f"{n},{n}" for n in leaves]),
        "measure.csv": (
            "measure_id,name,combination,subquery_id,matching_scope,person_ep_override",
            ["0,FULL COHORT,or,,cancer,False", *measures, *window_measures, "9,By person,and,,cancer,True"],
        ),
        "measure_relationship.csv": ("parent_measure_id,child_measure_id", [*children, f"9,{DIAGNOSIS}"]),
        "measure_temporal_window.csv": (
            "measure_id,anchor_measure_id,candidate_measure_id,window_min_days,window_max_days,window_pick_strategy,"
            "result_date_source,require_same_resolver,anchor_selection,anchor_order_date_role,anchor_date_role,"
            "candidate_date_role",
            windows,
        ),
        "dash_cohort_def.csv": (
            "dash_cohort_def_id,dash_cohort_def_name,dash_cohort_def_short_name,measure_id",
            [f"1,Diagnosis,dx,{DIAGNOSIS}", f"2,Diagnosis,dx,{PROCEDURE}"],
        ),
        "dash_cohort.csv": ("dash_cohort_id,dash_cohort_name", ["1,First", "2,Second"]),
        "dash_cohort_def_map.csv": ("dash_cohort_def_id,dash_cohort_id", ["1,1", "1,2"]),
        "indicator.csv": (
            "indicator_id,indicator_description,indicator_reference,grain,opportunity_selection,numerator_reference,"
            "period_date_source,undated_numerator_policy,numerator_measure_id,denominator_measure_id,"
            "numerator_max_days_prior,numerator_max_days_post,denominator_max_days_prior,denominator_max_days_post,"
            "benchmark,benchmark_unit",
            indicators,
        ),
        "report.csv": (
            "report_id,report_name,report_short_name,report_description,report_create_date,report_edit_date,"
            "report_author,report_owner",
            [*reports, "9,Report of all,r9,d,2026-01-01,2026-01-01,a,"],
        ),
        "report_cohort_map.csv": (
            "report_cohort_map_id,report_id,dash_cohort_id,primary_cohort",
            [*(f"{n},{n},1,True" for n in range(1, 1 + len(PERIODS))), "9,9,1,True", "10,9,2,False"],
        ),
        "report_indicator_map.csv": (
            "report_id,indicator_id,indicator_label_override,indicator_reference_override,benchmark_override,"
            "benchmark_unit_override",
            [*in_reports, *(f"9,{n},,,," for n in others)],
        ),
    }


def _subqueries() -> tuple[list[str], list[str]]:
    """Return the lines of subquery.csv, and for each a rule of the same id."""
    found = [
        (DIAGNOSIS, "dx_primary,dt_current_start", "exact,443388,,,,,"),
        (TREATMENT, "intent_rt,dt_rad", "exact,4162591,,,,,"),
        (PROCEDURE, "proc_concept,dt_proc_start", "exact,4029715,,,,,"),
    ]
    of_matcher = {
        "absence": ("tx_surgical,dt_surg", "absence,,,,,,"),
        "presence": ("dx_mets,dt_mets", "presence,0,,,,,"),
        "phenotype": ("dx_primary,dt_any", "phenotype,,,,,,1"),
        "scalar": ("meas_concept,dt_meas", "scalar,3025315,,2,<,meas_concept,"),
        "predicate": ("tx_concurrent,dt_concurrent", "predicate,1,,,,,"),
        "exact": ("intent_sact,dt_treat", "exact,4162591,,,,,"),
    }
    for number, matcher in enumerate(MATCHERS):
        about, rule = of_matcher.get(matcher, ("dx_any,dt_any", f"{matcher},443388,,,,,"))
        found.append((BY_MATCHER + number, about, rule))
    numbers = ("tx_to_death_window", "dx_to_tx_window", "referral_to_tx_window", "referral_to_specialist_window")
    for number, target in enumerate(TARGETS):
        rule = f"scalar,0,,30,<,{target}," if target in numbers else "presence,,,,,,"
        found.append((BY_TARGET + number, f"{target},dt_any", rule))
    found += [(BY_TEMPORALITY + n, f"intent_rt,{w}", "exact,4162591,,,,,") for n, w in enumerate(TEMPORALITIES)]
    for number, sign in enumerate(DIRECTIONS):
        found.append((BY_DIRECTION + number, "meas_concept,dt_meas", f"scalar,3025315,,2,{sign},meas_concept,"))
    return [f"{n},{about},Rows {n}," for n, about, _ in found], [f"{n},{rule}" for n, _, rule in found]


def _windows() -> tuple[list[str], list[str]]:
    """Return the lines of measure_temporal_window.csv, and the measures that they are of."""
    roles = "first,measure,measure,measure"
    lines = [f"{BY_PICK + n},{DIAGNOSIS},{PROCEDURE},0,30,{w},candidate,True,{roles}" for n, w in enumerate(PICKS)]
    for number, word in enumerate(RESULT_DATES):
        lines.append(f"{BY_RESULT + number},{DIAGNOSIS},{PROCEDURE},0,30,earliest,{word},True,{roles}")
    for number, word in enumerate(SELECTIONS):
        selected = roles.replace("first", word)
        lines.append(f"{BY_SELECTION + number},{DIAGNOSIS},{PROCEDURE},0,30,earliest,candidate,True,{selected}")
    for number, word in enumerate(DATE_ROLES):
        start = f"{TREATMENT},0,30,earliest,candidate,False,first"
        lines.append(f"{BY_ORDER + number},{TREATMENT},{start},{word},measure,measure")
        lines.append(f"{BY_ANCHOR + number},{TREATMENT},{start},{word},{word},measure")
        lines.append(f"{BY_CANDIDATE + number},{DIAGNOSIS},{start},measure,measure,{word}")
    return lines, [f"{line.split(',', 1)[0]},Window {line.split(',', 1)[0]},or,,cancer,False" for line in lines]


def _indicators() -> list[str]:
    words = {
        BY_GRAIN: [(w, "any", "cohort", "denominator", "exclude") for w in GRAINS],
        BY_OPPORTUNITY: [("episode", w, "denominator", "denominator", "exclude") for w in OPPORTUNITIES],
        BY_REFERENCE: [("episode", "any", w, "denominator", "exclude") for w in REFERENCES],
        BY_PERIOD: [("episode", "any", "cohort", w, "exclude") for w in PERIODS],
        BY_UNDATED: [("episode", "any", "cohort", "denominator", w) for w in UNDATED],
    }
    return [
        f"{first + n},Indicator {first + n},,{','.join(policies)},{PROCEDURE},{DIAGNOSIS},,,,,,"
        for first, found in words.items()
        for n, policies in enumerate(found)
    ]
