{# A day of ISO form (2026-06-30) as a literal; stops with a message on anything else. #}
{% macro day_literal(day, setting) -%}
    {%- set text = day | string -%}
    {%- set is_day = namespace(yes=false) -%}
    {%- if modules.re.match('[0-9]{4}-(0[1-9]|1[0-2])-[0-9]{2}$', text) and '\n' not in text and text[:4] != '0000' -%}
        {%- set first = modules.datetime.date(text[:4] | int, text[5:7] | int, 1) -%}
        {%- set days_on = modules.datetime.timedelta(days=text[8:] | int - 1) -%}
        {%- set is_day.yes = text[8:] != '00' and (first + days_on).month == first.month -%}
    {%- endif -%}
    {%- if not is_day.yes -%}
        {%- do exceptions.raise_compiler_error(setting ~ " is '" ~ text ~ "'; it is a day such as 2026-06-30") -%}
    {%- endif -%}
    cast('{{ text }}' as date)
{%- endmacro %}
