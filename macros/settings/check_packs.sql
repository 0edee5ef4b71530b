{# Stops on packs that cannot be built as asked; `known` has each pack's `built` and `needs`. The generated model known_pack
   calls it, so that dbt stops while it reads the project, before it misses a model of a pack that is off. #}
{% macro check_packs(known) -%}
    {%- set problems = [] -%}
    {%- set asked = var('packs', none) -%}
    {%- if asked is string or asked is mapping or asked is not iterable and asked is not none -%}
        {%- do problems.append("packs is '" ~ asked ~ "'; it is a list, such as [lung]") -%}
    {%- else -%}
        {%- set built = [] -%}
        {%- for pack, about in known.items() -%}
            {%- if about.built == 'always' or (about.built == 'by_default' if asked is none else pack in asked) -%}
                {%- do built.append(pack) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- for pack in asked or [] if pack not in known -%}
            {%- do problems.append(
                "packs holds '" ~ pack ~ "', but there are " ~ known | join(', ')
                ~ ". Correct its name; if its definitions are new, run `measuremart sync` first"
            ) -%}
        {%- endfor -%}
        {%- for pack in built -%}
            {%- for needed in known[pack].needs if needed not in built -%}
                {%- do problems.append(
                    "packs is [" ~ (asked or []) | join(', ') ~ "], but pack " ~ pack ~ " needs pack " ~ needed ~ ": add it to packs"
                ) -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if problems -%}{%- do exceptions.raise_compiler_error(problems | join('; ')) -%}{%- endif -%}
{%- endmacro %}
