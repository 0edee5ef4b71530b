{# Adds to a list of messages what is wrong with the variables that describe CSV files (prefix: omop or e12). #}
{% macro csv_problems(prefix, problems) -%}
    {%- if setting(prefix ~ '_files_delimiter') not in [',', ';', '|', '^', '~', '\t'] -%}
        {%- do problems.append(
            prefix ~ "_files_delimiter is '" ~ setting(prefix ~ '_files_delimiter')
            ~ "'; it can be one of , ; | ^ ~ or a tab, written \"\\t\""
        ) -%}
    {%- endif -%}
    {%- if setting(prefix ~ '_files_encoding') not in ['utf-8', 'latin-1', 'utf-16'] -%}
        {%- do problems.append(
            prefix ~ "_files_encoding is '" ~ setting(prefix ~ '_files_encoding')
            ~ "'; it can be utf-8, latin-1 or utf-16; turn files of another one into UTF-8 first (iconv -t UTF-8)"
        ) -%}
    {%- endif -%}
    {%- if prefix == 'omop' and var('omop_files_decimal_mark') not in ['', '.', ','] -%}
        {%- do problems.append(
            "omop_files_decimal_mark is '" ~ var('omop_files_decimal_mark') ~ "'; it can be . or , or empty"
        ) -%}
    {%- endif -%}
{%- endmacro %}

{# yes, if the tables with that prefix (omop or e12) are read from CSV files. #}
{% macro reads_csv(prefix) -%}
    {%- if setting(prefix ~ '_source') == 'files' and (prefix == 'e12' or var('omop_files_format') == 'csv') -%} yes
    {%- else -%} no
    {%- endif -%}
{%- endmacro %}

{# The mark before the decimals of a number: in CSV files that are parted by semicolons a comma, if nothing else is set. #}
{% macro omop_decimal_mark() -%}
    {%- if reads_csv('omop') == 'no' -%} .
    {%- elif var('omop_files_decimal_mark') -%} {{ var('omop_files_decimal_mark') }}
    {%- elif var('omop_files_delimiter') == ';' -%} ,
    {%- else -%} .
    {%- endif -%}
{%- endmacro %}
