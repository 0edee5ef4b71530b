{% macro rows_of_person(queries={}) %}
    {#- The rows of each query, a line of JSON each, every value as a text. A query may name relations by ref(), and the
        person by env_var(): so the person's id is on no command line, in no file and in no log (measuremart trace). -#}
    {% if execute %}
        {% for name, sql in queries.items() %}
            {% for row in run_query(render(sql)).rows %}
                {% set values = {} %}
                {% for column, value in row.dict().items() %}
                    {% do values.update({column: none if value is none else value | string}) %}
                {% endfor %}
                {% do print(tojson({'query': name, 'row': values})) %}
            {% endfor %}
        {% endfor %}
        {% do print(tojson({'query': none, 'row': {}})) %}
    {% endif %}
{% endmacro %}
