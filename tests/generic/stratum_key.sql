{# A person at a cohort date, known or not, is in one stratum of each stratifier. #}
{% test stratum_key(model) %}
    select
        person_id,
        cohort_date,
        stratifier,
        count(*) as n_rows
    from {{ model }}
    group by person_id, cohort_date, stratifier
    having count(*) > 1 or count(stratum) < count(*)
{% endtest %}
