{# A person at a cohort date, known or not, is in one stratum of each stratifier. How many are not, never who. #}
{% test stratum_key(model) %}
    select
        wrong.stratifier,
        count(*) as n_keys
    from (
        select stratifier
        from {{ model }}
        group by person_id, cohort_date, stratifier
        having count(*) > 1 or count(stratum) < count(*)
    ) as wrong
    group by wrong.stratifier
{% endtest %}
