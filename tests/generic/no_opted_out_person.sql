{# No row is of a person who has opted out of the purpose that this build serves. How many rows, never whose. #}
{% test no_opted_out_person(model, population) %}
    select count(*) as n_rows
    from {{ model }} as checked
    inner join {{ ref('opted_out_person') }} as opted_out
        on
            opted_out.population = '{{ population }}'
            and checked.person_id = opted_out.person_id
    having count(*) > 0
{% endtest %}
