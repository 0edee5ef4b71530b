{# The last day whose opt-outs are honoured: the variable opt_outs_until, else as_of. #}
{% macro opt_out_day(as_of) -%}
    {%- if var('opt_outs_until') -%} {{ day_literal(var('opt_outs_until'), 'opt_outs_until') }}
    {%- else -%} {{ as_of }}
    {%- endif -%}
{%- endmacro %}
