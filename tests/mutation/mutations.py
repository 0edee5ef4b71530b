"""One-token changes to the renderer: each makes the SQL wrong, and some test must notice."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutation:
    """Replace the one occurrence of `old` by `new` in a file below generator/measuremart/render, or in a model by hand."""

    file: str
    old: str
    new: str
    equivalent: str = ""  # why no data can tell the two apart; such a mutation is expected to survive

    def __str__(self) -> str:
        return f"{self.file}: {self.old!r} -> {self.new!r}"

    @property
    def is_of_a_model(self) -> bool:
        """Whether it changes a model that is written by hand."""
        return self.file.startswith("models/")

    def applied(self, text: str) -> str:
        """Return the text of the file with the mutation. Raises `ValueError` where `old` does not stand there once."""
        if text.count(self.old) != 1:
            raise ValueError(f"stands there {text.count(self.old)} times: {self}")
        return text.replace(self.old, self.new)


# By hand, so not below the package: what turns evidence into results.
RESULT = "models/evaluation/indicator_result.sql"
# By hand as well: the hierarchies that rules ask for.
ASKED = "models/core/concepts/asked_hierarchy.sql"


def _t(name: str) -> str:
    return f"templates/{name}.sql.jinja"


MUTATIONS = [
    # --- keys that must meet
    Mutation("environment.py", "is not distinct from", "="),
    Mutation("environment.py", "{left}.episode_id = {right}.episode_id", "1 = 1"),
    Mutation("environment.py", "{left}.measure_resolver = {right}.measure_resolver", "1 = 1"),
    # --- and
    Mutation(_t("and"), "min(measure_date)", "max(measure_date)"),
    Mutation(_t("and"), "then greatest(", "then least("),
    Mutation(_t("and"), "inner join << name >>_child", "left join << name >>_child"),
    Mutation(_t("and"), "first_date is not null", "first_date is null"),
    Mutation(_t("and"), "'and ' if not loop.first", "'or ' if not loop.first"),
    Mutation(_t("and"), "moment.measure_date <= child", "moment.measure_date >= child"),
    Mutation(_t("and"), "    union\n", "    union all\n"),
    Mutation(
        _t("and"),
        "moment.measure_date <= child",
        "moment.measure_date < child",
        equivalent="the row of T itself is in the union already",
    ),
    # --- or
    Mutation(_t("or"), "    union\n", "    union all\n"),
    Mutation(_t("or"), "inner join episode", "left join episode"),
    # --- seen from a day, missing ends
    Mutation(_t("match"), "<< day >> > run_context.as_of", "<< day >> >= run_context.as_of"),
    Mutation("matches.py", "when recorded.{day} <= run_context.as_of", "when recorded.{day} < run_context.as_of"),
    Mutation(
        "matches.py", "target_row.recorded_end <= run_context.as_of", "target_row.recorded_end < run_context.as_of"
    ),
    Mutation("matches.py", 'alias in ("measure_date", "event_start")', 'alias in ("measure_date",)'),
    Mutation("matches.py", 'target.missing_end == "open"', 'target.missing_end != "open"'),
    Mutation("matches.py", "least(target_row.supply, 36500)", "least(target_row.supply, 36501)"),
    Mutation("matches.py", "as integer) - 1'", "as integer)'"),
    Mutation("matches.py", "then least({end}", "then greatest({end}"),
    Mutation(_t("episode"), "spine.start_date <= run_context.as_of", "spine.start_date < run_context.as_of"),
    Mutation(_t("episode"), "spine.start_date is null or ", ""),
    # --- except
    Mutation(_t("except"), "not exists", "exists"),
    Mutation(_t("except"), "'and ' if not loop.first", "'or ' if not loop.first"),
    # --- first and last
    Mutation(_t("extreme"), "'max' if latest else 'min'", "'min' if latest else 'max'"),
    Mutation(_t("extreme"), " nulls last, measure_resolver", " nulls first, measure_resolver"),
    Mutation(_t("extreme"), "measure_resolver<< ' asc' if latest >>", "measure_resolver desc"),
    Mutation(_t("extreme"), "' desc' if latest", "' desc' if not latest"),
    Mutation(_t("extreme"), "episode_id is not null", "person_id is not null"),
    Mutation(_t("extreme"), "'person_id' if per == 'person'", "'episode_id' if per == 'person'"),
    Mutation(_t("extreme"), "place = 1", "place <= 2"),
    # --- nth
    Mutation(_t("nth"), "measure_date is not null", "person_id is not null"),
    Mutation(_t("nth"), "order by measure_date", "order by measure_date desc"),
    Mutation(_t("nth"), "place = <<", "place >= <<"),
    # --- count
    Mutation(_t("count"), "at_least - 1", "at_least"),
    Mutation(_t("count"), ">= measure_date", "> measure_date"),
    Mutation(_t("count"), "min(measure_date)", "max(measure_date)"),
    Mutation(
        _t("count"),
        "select distinct\n<< m.member() >>\n    from << name >>_run",
        "select\n<< m.member() >>\n    from << name >>_run",
    ),
    Mutation(_t("count"), "and episode_id is not null", "and person_id is not null"),
    Mutation(_t("count"), "'cast(null as bigint) as episode_id' if per == 'person'", "'episode_id' if per == 'person'"),
    # --- at
    Mutation(_t("at"), "select distinct", "select"),
    Mutation(_t("at"), "episode_id is not null", "person_id is not null"),
    # --- window
    Mutation(_t("window"), "'min' if anchor_pick == 'first'", "'max' if anchor_pick == 'first'"),
    Mutation(
        _t("window"),
        "measure_date >= << shifted('anchor.anchor_date', start)",
        "measure_date > << shifted('anchor.anchor_date', start)",
    ),
    Mutation(
        _t("window"),
        "measure_date <= << shifted('anchor.anchor_date', end)",
        "measure_date < << shifted('anchor.anchor_date', end)",
    ),
    Mutation(_t("window"), "interval_start <=", "interval_start <"),
    Mutation(_t("window"), "interval_end >=", "interval_end >"),
    Mutation(_t("window"), "candidate.interval_end is null", "candidate.interval_end is not null"),
    Mutation(_t("window"), "            or candidate.interval_end", "            and candidate.interval_end"),
    Mutation(_t("window"), "anchor.anchor_date is not null", "anchor.person_id is not null"),
    Mutation(_t("window"), "and candidate.measure_date is not null", "and candidate.person_id is not null"),
    Mutation(_t("window"), "not exists", "exists"),
    Mutation(_t("window"), "anchor.anchor_date = pair.anchor_date", "1 = 1"),
    Mutation(_t("window"), "' desc' if pick == 'latest'", "' desc' if pick == 'earliest'"),
    Mutation(_t("window"), "abs(", "-abs("),
    Mutation(
        _t("window"),
        "candidate_date<< ' desc' if pick == 'latest' >> nulls last",
        "candidate_date<< ' desc' if pick == 'latest' >> nulls first",
    ),
    Mutation(_t("window"), "measure_resolver, anchor_date\n", "measure_resolver\n"),
    Mutation(_t("window"), "candidate_resolver<< ' asc' if pick == 'latest' >>", "candidate_resolver desc"),
    Mutation(_t("window"), "place = 1", "place = 2"),
    Mutation(_t("window"), "if pick == 'any' else 'ranked'", "if pick != 'any' else 'pair'"),
    Mutation(_t("window"), "select distinct\n        person_id", "select\n        person_id"),
    Mutation("members.py", "match=node.match", 'match="key"'),
    Mutation(_t("window"), "anchor.measure_resolver <> candidate", "anchor.measure_resolver = candidate"),
    # --- spans
    Mutation(_t("spans"), "or interval_end >= interval_start", "or interval_end > interval_start"),
    Mutation(_t("spans"), "max(coalesce(interval_end, date '9999-12-31'))", "max(interval_end)"),
    Mutation(_t("spans"), "and 1 preceding", "and current row"),
    Mutation(_t("spans"), "<< shifted('last_day', next_day) >> >= interval_start", "last_day >= interval_start"),
    Mutation(_t("spans"), "'person_id' if by_event", "'person_id, episode_id' if by_event"),
    Mutation(_t("spans"), "min(numbered.measure_resolver)", "max(numbered.measure_resolver)"),
    Mutation(_t("spans"), "            and numbered.interval_start = span.interval_start\n", ""),
    Mutation(_t("spans"), "where episode_id is not null", "where episode_id is null"),
    Mutation(_t("spans"), "left join span_episode", "inner join span_episode"),
    Mutation(_t("spans"), "when count(*) = count(measure_date)", "when 1 = 1"),
    Mutation(_t("spans"), "    union\n", "    union all\n"),
    Mutation(_t("spans"), "(interval_start is null or interval_end < interval_start)", "interval_start is null"),
    Mutation(_t("spans"), "<% else %>\n        dropped_reason is null\n", "<% else %>\n        1 = 1\n"),
    Mutation(_t("spans"), "        dropped_reason is null\n        and (interval_start", "        (interval_start"),
    Mutation(_t("spans"), "    where dropped_reason is not null\n", ""),
    Mutation("matches.py", "nodes.Offset(subquery.gap.months, subquery.gap.days + 1)", "subquery.gap"),
    # --- subquery and predicates
    Mutation(_t("match"), "    union all\n", "    union\n"),
    Mutation(ASKED, "    union\n", "    intersect\n"),
    Mutation(ASKED, "descendant_concept_id <> 0", "descendant_concept_id >= 0"),
    Mutation(_t("match"), "not coalesce(", "coalesce("),
    Mutation(_t("match"), "            false\n", "            true\n"),
    Mutation(_t("match"), "when target_row.measure_resolver is null", "when target_row.person_id is null"),
    Mutation(_t("match"), "when target_row.person_id is null then", "when 1 = 2 then"),
    Mutation("matches.py", "f\"coalesce(target_row.why_unattached, 'no {what}')\" if", "f\"'no {what}'\" if"),
    Mutation(_t("import_match"), "where dropped_reason is null", "where 1 = 1"),
    Mutation(_t("import_match"), "' distinct' if distinct", "'' if distinct"),
    Mutation(_t("matched_rows"), "dropped_reason as reason", "coalesce(dropped_reason, 'no person') as reason"),
    Mutation(_t("match"), "max(nullif(concept_code, ''))", "max(concept_code)"),
    Mutation(_t("match"), "        concept_id <> 0\n        and <<", "        concept_id >= 0\n        and <<"),
    Mutation(_t("import_member"), "' distinct' if distinct", "'' if distinct"),
    Mutation("predicates.py", '"= 1" if', '">= 1" if'),
    Mutation("predicates.py", "{'<>' if known else '='} 0", "{'=' if known else '<>'} 0"),
    Mutation("predicates.py", "coalesce({name}, 0)", "coalesce({name}, 1)"),
    Mutation("predicates.py", "{date} >= {birthday}", "{date} > {birthday}"),
    Mutation("predicates.py", "{date} < {birthday}", "{date} <= {birthday}"),
    Mutation("predicates.py", "node.age_max + 1", "node.age_max"),
    Mutation("predicates.py", ">= person.birth_date", "> person.birth_date"),
    Mutation("predicates.py", "{date} >= {sql.day", "{date} > {sql.day"),
    Mutation("predicates.py", "{date} <= {sql.day", "{date} < {sql.day"),
    Mutation("predicates.py", "<= run_context.as_of", "< run_context.as_of"),
    Mutation("predicates.py", '_bracketed(parts, " ", "and ", row)', '_bracketed(parts, " ", "or ", row)'),
    Mutation("predicates.py", "sql.text(sql.folded(node.text))", "sql.text(node.text)"),
    Mutation("predicates.py", " between {sql.number(low)}", " not between {sql.number(low)}"),
    Mutation("sql.py", "{sign * offset.months}", "{offset.months}"),
    # --- concept sets
    Mutation(_t("concept_set"), "excluded.concept_id is null", "included.concept_id is not null"),
    Mutation(_t("concept_set"), "included.concept_id <> 0", "included.concept_id >= 0"),
    # --- a report's cohort
    Mutation(_t("report"), "case when is_primary = 1 then primary_date else any_date end", "any_date"),
    Mutation(_t("report"), "min(measure_date) as any_date", "max(measure_date) as any_date"),
    # --- the evidence of an indicator
    Mutation(_t("evidence"), "min(case when coalesce(is_in, true)", "max(case when coalesce(is_in, true)"),
    Mutation(_t("evidence"), "denominator_date is not distinct from min(", "denominator_date = min("),
    Mutation(_t("evidence"), "has_denominator and coalesce(is_in, true) and (", "has_denominator and is_in and ("),
    Mutation(_t("evidence"), "and coalesce(opportunity.is_in, true)", "and opportunity.is_in"),
    Mutation(
        _t("evidence"),
        "case when opportunity.is_first then opportunity.<< side >> end as << side >>",
        "opportunity.<< side >>",
    ),
    Mutation(
        _t("evidence"),
        "numerator.measure_date < opportunity",
        "numerator.measure_date <= opportunity",
        "on the limit itself the days are 0 either way",
    ),
    Mutation(
        _t("evidence"),
        "numerator.measure_date > opportunity",
        "numerator.measure_date >= opportunity",
        "on the limit itself the days are 0 either way",
    ),
    Mutation(
        _t("evidence"),
        "date_diff_days('numerator.measure_date', 'opportunity.window_start')",
        "date_diff_days('opportunity.window_start', 'numerator.measure_date')",
    ),
    Mutation(
        _t("evidence"),
        "date_diff_days('numerator.measure_date', 'opportunity.window_end')",
        "date_diff_days('opportunity.window_end', 'numerator.measure_date')",
    ),
    Mutation(_t("evidence"), "and opportunity.episode_id is distinct from", "and opportunity.episode_id <>"),
    Mutation(_t("evidence"), "or opportunity.episode_id is distinct from", "or opportunity.episode_id <>"),
    Mutation(
        _t("evidence"),
        "            numerator.measure_date is not null\n            or",
        "            1 = 1\n            or",
    ),
    Mutation(
        _t("evidence"),
        "or opportunity.episode_id is not distinct from",
        "and opportunity.episode_id is not distinct from",
    ),
    Mutation("evidence.py", 'numerator_match != "person"', 'numerator_match == "key"'),
    Mutation("evidence.py", "sql.shifted(reference, window.before, -1)", "sql.shifted(reference, window.before)"),
    Mutation("evidence.py", "measure_date >= {start}", "measure_date > {start}"),
    Mutation("evidence.py", "measure_date <= {end}", "measure_date < {end}"),
    # --- the evaluation
    Mutation(RESULT, "when evidence.has_window then evidence.days_outside = 0", "when evidence.has_window then true"),
    Mutation(
        RESULT,
        "when evidence.ignores_undated then evidence.numerator_date is not null",
        "when evidence.ignores_undated then true",
    ),
    Mutation(RESULT, "evidence.is_in and case", "case"),
    Mutation(RESULT, "case when is_in is null then 1 else 0", "case when is_in is null then 0 else 0"),
    Mutation(RESULT, "and passes is null then 1", "and passes is null then 0"),
    Mutation(
        RESULT,
        "min(case when is_in then denominator_date end)",
        "max(case when is_in then denominator_date end)",
    ),
    Mutation(
        RESULT,
        "min(case when has_numerator and not is_elsewhere and passes then denominator_date end)",
        "max(case when has_numerator and not is_elsewhere and passes then denominator_date end)",
    ),
    Mutation(RESULT, "min(due.numerator_date)", "max(due.numerator_date)"),
    Mutation(
        RESULT,
        "        and not due.is_elsewhere\n        and due.passes\n",
        "        and not due.is_elsewhere\n",
    ),
    Mutation(
        RESULT,
        "when is_in = 1 and excluded_by is not null then 'excluded'",
        "when excluded_by is not null then 'excluded'",
    ),
    Mutation(
        RESULT,
        "            when unresolved_by is not null then 'unresolved'\n",
        "            when is_in = 1 and unresolved_by is not null then 'unresolved'\n",
    ),
    Mutation(
        RESULT,
        "case when unresolved_by is not null then 'unresolved' else",
        "case when unresolved_by is null then 'unresolved' else",
    ),
    Mutation(
        RESULT,
        "then 'unresolved'\n            when is_in = 1 and meets = 1 then 'met'",
        "then 'unresolved'\n            when meets = 1 and excepted_by is null then 'met'",
    ),
    Mutation(RESULT, "when is_in = 0 and may_be_in = 1", "when may_be_in = 1"),
    Mutation(RESULT, "when is_in = 1 and may_meet = 1", "when may_meet = 2"),
    Mutation(RESULT, "evidence.window_end >= run_context.as_of", "evidence.window_end > run_context.as_of"),
    Mutation(RESULT, "case when is_in and is_open", "case when is_open"),
    Mutation(RESULT, "evidence.waits and evidence.window_end", "evidence.window_end"),
    Mutation(RESULT, "when is_in = 1 and is_open = 1", "when is_in = 1 and is_open = 2"),
    Mutation(RESULT, "case when is_counted then 0 else 1 end", "case when is_counted then 1 else 0 end"),
    Mutation(RESULT, "when 'not_met' then 2", "when 'not_met' then 9"),
    Mutation(
        RESULT,
        "fact.meets = 0 and fact.may_meet = 0",
        "fact.meets = 0",
        "where that is not so, the nearest is not asked for",
    ),
    Mutation(RESULT, "fact.meets = 0 and", "fact.meets = 1 and"),
    Mutation(RESULT, "(due.is_elsewhere and fact.has_numerator = 0)", "due.is_elsewhere"),
    Mutation(RESULT, "abs(days_outside) asc nulls last", "days_outside asc nulls last"),
    Mutation(RESULT, "abs(days_outside) asc nulls last", "abs(days_outside) asc nulls first"),
    Mutation(
        RESULT, "                numerator_date asc nulls last,\n", "                numerator_date desc nulls last,\n"
    ),
    Mutation(
        RESULT, "                numerator_date asc nulls last,\n", "                numerator_date asc nulls first,\n"
    ),
    Mutation(RESULT, "                days_outside desc\n", "                days_outside asc\n"),
    Mutation(RESULT, "            and nearest.place = 1\n", ""),
    Mutation(RESULT, "is_in = 1 and is_elsewhere = 1", "is_in = 1 and is_elsewhere = 2"),
    Mutation(RESULT, "is_in = 1 and days_outside < 0", "is_in = 1 and days_outside < -3"),
    Mutation(RESULT, "is_in = 1 and days_outside > 0", "is_in = 1 and days_outside > 3"),
    Mutation(RESULT, "is_in = 1 and has_numerator = 1", "is_in = 1 and has_numerator = 2"),
    Mutation(RESULT, "    where not has_denominator\n", "    where has_denominator\n"),
    Mutation(
        RESULT,
        "in ('too_early', 'too_late', 'in_another_episode') then explained.nearest_date",
        "in ('too_early', 'too_late') then explained.nearest_date",
    ),
    Mutation(
        RESULT,
        "in ('too_early', 'too_late', 'in_another_episode') then explained.days_outside",
        "in ('too_early', 'too_late') then explained.days_outside",
    ),
    Mutation(RESULT, "            when explained.reason_code = 'exception' then explained.excepted_by\n", ""),
    Mutation(
        RESULT,
        "'denominator_outside_window', 'not_in_denominator')\n                then asked.denominator",
        "'denominator_outside_window')\n                then asked.denominator",
    ),
]
