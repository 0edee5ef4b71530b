{% macro export_tables(folder='', format='csv', reports=[]) %}
    {#- One line of JSON for each table, then what dispatch prints of it. All tables are read in one transaction. -#}
    {% if execute %}
        {% set tables = [] %}
        {% for node in graph.nodes.values() if node.resource_type == 'model' and node.package_name in ['measuremart', project_name] %}
            {% set dataset = node.name.startswith('report__') and node.name.endswith('__dataset') %}
            {% if node.original_file_path.replace('\\', '/').startswith('models/marts/') %}
                {% do tables.append(node) %}
            {% elif dataset and node.name.split('__')[1] in reports %}
                {% do tables.append(node) %}
            {% endif %}
        {% endfor %}
        {% do adapter.dispatch('export_begin', 'measuremart')() %}
        {% for node in tables | sort(attribute='name') %}
            {% set columns = [] %}
            {% for column in node.columns.values() %}
                {% do columns.append({
                    'name': column.name, 'type': column.data_type, 'description': column.description
                }) %}
            {% endfor %}
            {% do print(tojson({
                'table': node.name, 'description': node.description, 'columns': columns,
                'number': loop.index, 'of': loop.length
            })) %}
            {% set relation = api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias, type='table'
            ) %}
            {% do adapter.dispatch('export_table', 'measuremart')(relation, columns, folder ~ '/' ~ node.name, format) %}
        {% endfor %}
        {% do print(tojson({'end': tables | length})) %}
    {% endif %}
{% endmacro %}


{% macro default__export_begin() %}
    {% do exceptions.raise_compiler_error('export knows DuckDB and PostgreSQL, not ' ~ target.type) %}
{% endmacro %}


{% macro default__export_table(relation, columns, file, format) %}
    {#- Never reached: export_begin has stopped. dbt looks for the name while it parses. -#}
{% endmacro %}


{% macro duckdb__export_begin() %}
    {% do engine_guard() %}
{% endmacro %}


{% macro postgres__export_begin() %}
    {% do run_query('begin transaction isolation level repeatable read, read only') %}
{% endmacro %}


{% macro duckdb__export_table(relation, columns, file, format) %}
    {#- DuckDB writes the file itself. Rows are ordered by all columns, so that the same rows are the same bytes. -#}
    {% set names = columns | map(attribute='name') | join(', ') %}
    {% set texts = columns | selectattr('type', 'equalto', 'string') | map(attribute='name') | join(', ') %}
    {% set options = 'format csv, header' ~ (', force_quote (' ~ texts ~ ')' if texts else '') %}
    {% set place = "'" ~ (file ~ '.' ~ format).replace("'", "''") ~ "'" %}
    {% set found = run_query(
        'copy (select ' ~ names ~ ' from ' ~ relation ~ ' order by ' ~ export_order(columns) ~ ') to ' ~ place
        ~ ' (' ~ (options if format == 'csv' else 'format parquet, compression zstd') ~ ')'
    ) %}
    {% do print(tojson({'rows': found.rows[0][0] | int})) %}
{% endmacro %}


{% macro postgres__export_table(relation, columns, file, format) %}
    {#- A line for each row: its values as texts. A cursor keeps no more than a page in memory. -#}
    {% set texts = [] %}
    {% for column in columns %}
        {% set plain = "to_char(" ~ column.name ~ ", 'YYYY-MM-DD')" if column.type == 'date'
            else 'cast(' ~ column.name ~ ' as text)' %}
        {% do texts.append(plain) %}
    {% endfor %}
    {% set state = namespace(rows=0, more=true) %}
    {% do run_query(
        'declare exported no scroll cursor for select cast(array_to_json(array[' ~ texts | join(', ')
        ~ ']) as text) as line from ' ~ relation ~ ' order by ' ~ export_order(columns, ' collate "C"')
    ) %}
    {% for _ in range(100000) if state.more %}
        {% set page = run_query('fetch forward 10000 from exported') %}
        {% for row in page.rows %}
            {% do print(row[0]) %}
        {% endfor %}
        {% set state.rows = state.rows + page.rows | length %}
        {% set state.more = page.rows | length == 10000 %}
    {% endfor %}
    {% if state.more %}
        {% do exceptions.raise_compiler_error('a table of more than a thousand million rows is too long to export') %}
    {% endif %}
    {% do run_query('close exported') %}
    {% do print(tojson({'rows': state.rows})) %}
{% endmacro %}


{% macro export_order(columns, of_texts='') %}
    {#- By all columns, texts by their bytes: no row's place depends on the engine or on the database's language. -#}
    {% set found = [] %}
    {% for column in columns %}
        {% do found.append(column.name ~ (of_texts if column.type == 'string' else '') ~ ' nulls first') %}
    {% endfor %}
    {% do return(found | join(', ')) %}
{% endmacro %}
