{# The columns identify a row: no combination stands twice, and none of them is null but those that may be. One query. #}
{% test row_key(model, columns, may_be_null=[]) %}
    select
        {{ columns | join(', ') }},
        count(*) as n_rows
    from {{ model }}
    group by {{ columns | join(', ') }}
    having
        count(*) > 1
        {% for column in columns | reject('in', may_be_null) %}
            or {{ column }} is null
        {% endfor %}
{% endtest %}
