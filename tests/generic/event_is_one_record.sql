{# At event grain an event id is one record of its person (docs/semantics.md, 2.3). It fails where several different records
   of the target share an event's id: nobody can say which of them the key means. How many events, never whose.

   target           what the events are of
   person, event    its columns
   record           the columns that tell records apart: all roles, without the episode and keys within one, since a record
                    may be attached to several episodes

   The model is the match of a subquery at event grain. #}
{% test event_is_one_record(model, target, record, person='person_id', event='event_id') %}
    with

    repeated as (

        select
            {{ person }} as person_id,
            {{ event }} as event_id
        from {{ target }}
        where {{ person }} is not null and {{ event }} is not null
        group by {{ person }}, {{ event }}
        having count(*) > 1

    ),

    member as (

        select distinct
            person_id,
            measure_resolver as event_id
        from {{ model }}
        where dropped_reason is null

    ),

    different as (

        select distinct
            repeated.person_id,
            repeated.event_id
            {%- for column in record %},
            target_row.{{ column }} as record_{{ loop.index }}
            {%- endfor %}
        from {{ target }} as target_row
        inner join repeated
            on
                target_row.{{ person }} = repeated.person_id
                and target_row.{{ event }} = repeated.event_id
        inner join member
            on
                repeated.person_id = member.person_id
                and repeated.event_id = member.event_id

    )

    select count(*) as n_events
    from (
        select count(*) as n_records
        from different
        group by person_id, event_id
        having count(*) > 1
    ) as shared
    having count(*) > 0
{% endtest %}
