{# The columns identify a row: no combination appears twice, and none of them is null but those that may be. One query. How many
   combinations are wrong, never which: columns can identify a person, and `--store-failures` would write them down. #}
{% test row_key(model, columns, may_be_null=[]) %}
    select
        count(*) as n_keys,
        sum(wrong.n_rows) as n_rows
    from (
        select count(*) as n_rows
        from {{ model }}
        group by {{ columns | join(', ') }}
        having
            count(*) > 1
            {% for column in columns | reject('in', may_be_null) %}
                or {{ column }} is null
            {% endfor %}
    ) as wrong
    having count(*) > 0
{% endtest %}
