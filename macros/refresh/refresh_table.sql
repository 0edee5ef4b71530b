{# How a table is made in a run with `refresh: changed` (docs/decisions/0016). A table by person has the rows of changed
   persons taken out and made anew; any other table that holds persons is made whole, and the persons whose rows differ
   from before are noted down for the tables below it. Rows, notes and the record of the model are one transaction. #}
{% macro refresh_table() -%}
    {%- if target.type == 'duckdb' and not may_be_replaced_in_place(this) -%}
        {%- do exceptions.raise_compiler_error("refresh: changed writes tables of the profile's own DuckDB file alone, and " ~ this ~ " is elsewhere") -%}
    {%- endif -%}
    {%- set relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set parts = refresh_parts(model) if refresh_kind(model) == 'by_person' else {'problem': 'made whole', 'as_of': none} -%}
    {%- set checksum = refresh_checksum(model, sql, parts) -%}
    {%- set before = refresh_record(this, parts) -%}
    {%- set is_kept = existing is not none and existing.type == 'table' -%}
    {%- set since = before['number'] if is_kept and before['checksum'] == checksum and not parts['problem'] and before['parts_known'] else none -%}
    {%- set as_of = refresh_as_of(parts) -%}
    {%- set days = [before['as_of'], as_of] | sort if since is not none and before['as_of'] != as_of else [] -%}
    {%- if since is not none and refresh_concerns_everyone(since, parts, days) -%} {%- set since = none -%} {%- endif -%}

    {{- run_hooks(pre_hooks, inside_transaction=False) -}}
    {{- run_hooks(pre_hooks, inside_transaction=True) -}}
    {%- if since is not none -%}
        {%- do refresh_persons(relation, parts, since, days) -%}
    {%- else -%}
        {%- set is_compared = is_kept and before['number'] is not none -%}
        {%- set columns_before = refresh_columns(relation) if is_compared else [] -%}
        {%- if is_compared -%}
            {%- call statement('fingerprints before', auto_begin=True) -%} {{ refresh_fingerprints('person_before', relation) }} {%- endcall -%}
        {%- endif -%}
        {%- do adapter.dispatch('refresh_whole', 'measuremart')(relation, existing) -%}
        {%- set is_compared = is_compared and columns_before == refresh_columns(relation) -%}
        {%- call statement('persons that differ', auto_begin=True) -%}
            {%- if is_compared -%} {{ refresh_fingerprints('person_after', relation) }} {%- endif -%}
            {{ refresh_note_differences(is_compared) }}
        {%- endcall -%}
    {%- endif -%}
    {%- call statement('record', auto_begin=True) -%} {{ refresh_write_record(this, checksum, as_of) }} {%- endcall -%}

    {%- do apply_grants(relation, config.get('grants'), should_revoke=should_revoke(existing, full_refresh_mode=since is none)) -%}
    {%- do persist_docs(relation, model) -%}
    {{- run_hooks(post_hooks, inside_transaction=True) -}}
    {%- do adapter.commit() -%}
    {{- run_hooks(post_hooks, inside_transaction=False) -}}
    {%- do return({'relations': [relation]}) -%}
{%- endmacro %}

{# Takes changed persons out of a table, and puts in what its SQL says of them: it is asked over views of the same names as
   the relations that it reads, which hold these persons alone. #}
{% macro refresh_persons(relation, parts, since, days) -%}
    {%- set persons = refresh_temporary('refreshed_person') -%}
    {%- set columns = [] -%}
    {%- for column in adapter.get_columns_in_relation(relation) -%} {%- do columns.append(adapter.quote(column.name)) -%} {%- endfor -%}
    {%- set asked = namespace(sql=refresh_without_notes(sql)) -%}
    {%- call statement('persons', auto_begin=True) -%}
        {{ refresh_make_temporary('refreshed_person') }}
        select distinct person_id from {{ refresh_relation('changed_person') }} where number > {{ since }} and person_id is not null
        {{ 'union ' ~ refresh_persons_between(parts, days) if days }};
        analyze {{ persons if target.type == 'postgres' else '' }};
        {%- for parent in parts['persons'] %}
            {{ refresh_make_view(parent['identifier']) }}
            select * from {{ parent['name'] }} where person_id in (select person_id from {{ persons }});
            {%- set asked.sql = asked.sql | replace(parent['name'], refresh_temporary(parent['identifier'])) -%}
        {%- endfor -%}
    {%- endcall -%}
    {%- call statement('main') -%}
        delete from {{ relation }} where person_id in (select person_id from {{ persons }});
        insert into {{ relation }} ({{ columns | join(', ') }})
        select {{ columns | join(', ') }} from (
            {{ asked.sql }}
        ) as refreshed
        where person_id in (select person_id from {{ persons }});
    {%- endcall -%}
    {%- call statement('notes', auto_begin=True) -%}
        {#- A table below may be further on than this one was: what changes here is news to it. -#}
        insert into {{ refresh_relation('changed_person') }} (person_id, number)
        select person_id, {{ refresh_number() }} from {{ persons }}
        except
        select person_id, number from {{ refresh_relation('changed_person') }};
        {%- for parent in parts['persons'] %}
            drop view {{ refresh_temporary(parent['identifier']) }};
        {%- endfor -%}
    {%- endcall -%}
{%- endmacro %}

{% macro duckdb__refresh_whole(relation, existing) -%}
    {%- if existing is not none and existing.type != 'table' -%}
        {%- do adapter.ensure_transaction() -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}
        drop table if exists {{ relation }};
        {{ create_table_as(False, relation, sql) }}
    {%- endcall -%}
    {%- do create_indexes(relation) -%}
{%- endmacro %}

{# The new table is filled beside the old one, so that readers wait for the change of names alone. #}
{% macro postgres__refresh_whole(relation, existing) -%}
    {%- set filled = make_intermediate_relation(relation) -%}
    {{- drop_relation_if_exists(load_cached_relation(filled)) -}}
    {%- call statement('main') -%} {{ get_create_table_as_sql(False, filled, sql) }} {%- endcall -%}
    {%- do create_indexes(filled) -%}
    {{- drop_relation_if_exists(existing) -}}
    {%- do adapter.rename_relation(filled, relation) -%}
{%- endmacro %}
