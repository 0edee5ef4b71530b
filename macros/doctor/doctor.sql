{# Looks at all that a build needs, and prints a line of JSON for each finding: `measuremart doctor` reads them. A line `look_at`
   comes before each look, so that the reader knows where a database stopped. `tables` are those that are looked at, all if it is
   empty. Nothing of a patient comes out: counts, names of tables and columns, and versions only. #}
{% macro doctor(tables=[], reads_rows=true) -%}
    {%- if execute -%}
        {%- do doctor_say({'look_at': 'connection'}) -%}
        {%- set version = adapter.dispatch('doctor_database_version', 'measuremart')() -%}
        {%- do doctor_say({'found': 'connection', 'engine': target.type, 'version': version, 'dbt': dbt_version}) -%}
        {%- do doctor_say({'look_at': 'settings'}) -%}
        {%- do engine_guard() -%}
        {%- do omop_check_settings() -%}
        {%- do doctor_say({
            'found': 'settings', 'source': var('omop_source'), 'place': doctor_place(), 'cdm_version': var('cdm_version') | string,
            'source_case': var('omop_source_case'),
            'absent_tables': var('absent_tables'), 'absent_columns': var('absent_columns')
        }) -%}
        {%- do doctor_say({'look_at': 'rights'}) -%}
        {%- set schemas = [] -%}
        {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed') and node.schema not in schemas -%}
            {%- do schemas.append(node.schema) -%}
        {%- endfor -%}
        {%- do doctor_say({'found': 'rights', 'lacking': adapter.dispatch('doctor_lacking_rights', 'measuremart')(schemas | sort)}) -%}
        {%- do doctor_say({'look_at': 'old relations'}) -%}
        {%- do doctor_say({'found': 'old relations', 'names': doctor_old_relations()}) -%}
        {%- if var('omop_source') != 'demo' -%}
            {%- set names = tables or doctor_tables() -%}
            {%- do doctor_say({'found': 'tables', 'names': names}) -%}
            {%- for table in names -%}
                {%- do doctor_say({'look_at': 'table', 'table': table}) -%}
                {%- do doctor_look_at_table(table, reads_rows) -%}
            {%- endfor -%}
        {%- endif -%}
        {%- do doctor_say({'look_at': 'nothing'}) -%}
    {%- endif -%}
{%- endmacro %}

{# Tables and views in the schemas of the project that nothing in it makes any more: a definition that was taken out or renamed, a
   pack that is built no longer, or a killed run left them. dbt drops none of them, and their rows may be of patients. #}
{% macro doctor_old_relations() -%}
    {%- set schemas, made, found = [], [], [] -%}
    {%- for node in graph.nodes.values() if node.resource_type in ('model', 'seed', 'snapshot') -%}
        {%- do made.append((node.schema ~ '.' ~ node.alias) | lower) -%}
        {%- if node.schema | lower not in schemas -%} {%- do schemas.append(node.schema | lower) -%} {%- endif -%}
    {%- endfor -%}
    {%- for row in doctor_relations() -%}
        {%- if row[0] | lower in schemas and (row[0] ~ '.' ~ row[1]) | lower not in made -%}
            {%- do found.append(row[0] ~ '.' ~ row[1]) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do return(found | sort) -%}
{%- endmacro %}

{# The OMOP tables that our staging reads; a staging model that a hospital replaced reads what it likes. #}
{% macro doctor_tables() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.name.startswith('stg_omop__') and node.package_name == 'measuremart' -%}
        {%- do found.append(node.name.split('__')[1]) -%}
    {%- endfor -%}
    {%- do return(found | sort) -%}
{%- endmacro %}

{# One line of JSON. #}
{% macro doctor_say(said) -%} {%- do print(tojson(said)) -%} {%- endmacro %}

{# Where the OMOP tables are, in words. #}
{% macro doctor_place() -%}
    {%- if var('omop_source') == 'schema' -%}
        {%- do return('schema ' ~ (var('omop_database') ~ '.' if var('omop_database') else '') ~ var('omop_schema')) -%}
    {%- elif var('omop_source') == 'files' -%} {%- do return('folder ' ~ var('omop_files')) -%}
    {%- else -%} {%- do return('the demo') -%}
    {%- endif -%}
{%- endmacro %}

{% macro doctor_look_at_table(table, reads_rows) -%}
    {%- set found = {'found': 'table', 'table': table, 'is_listed_absent': table in var('absent_tables'),
        'is_read': omop_is_absent(table) == 'no'} -%}
    {%- set relation = doctor_relation(table) -%}
    {%- do found.update(doctor_presence(table, relation)) -%}
    {%- if found.is_there and not found.get('problem') and found.is_read -%}
        {%- do found.update(doctor_columns(table, relation)) -%}
        {%- if reads_rows -%} {%- do found.update(doctor_rows(table, relation)) -%} {%- endif -%}
    {%- endif -%}
    {%- do doctor_say(found) -%}
{%- endmacro %}

{# What a table is read from, whether or not it is listed as absent. The lines of a CSV file that cannot be taken apart are left
   out: a build says which they are. #}
{% macro doctor_relation(table) -%}
    {%- if var('omop_source') == 'schema' -%} {%- do return(source('omop', table)) -%}
    {%- elif reads_csv('omop') == 'no' -%} {%- do return(source('omop_files', table)) -%}
    {%- else -%} {%- do return(none) -%}
    {%- endif -%}
{%- endmacro %}

{# {is_there, problem}: whether the source has the table, and what is wrong with its name or with the right to read it. #}
{% macro doctor_presence(table, relation) -%}
    {%- if var('omop_source') == 'schema' -%}
        {%- set there = tables_there(relation) -%}
        {%- set is_there = relation.identifier | lower in there | map('lower') -%}
        {%- set problem = table_problem('omop', table, relation) | trim if is_there or not there else '' -%}
        {%- if is_there and not problem and not adapter.dispatch('doctor_may_read', 'measuremart')(relation) -%}
            {%- set problem = 'the user of the profile may not read ' ~ relation.schema ~ '.' ~ relation.identifier
                ~ ': grant usage on the schema, and select on the table' -%}
        {%- endif -%}
        {%- do return({'is_there': is_there, 'problem': problem}) -%}
    {%- endif -%}
    {%- set place = csv_path('omop', table) | trim if reads_csv('omop') == 'yes' else var('omop_files') ~ '/' ~ table ~ '.parquet' -%}
    {#- Only a folder can be searched: of an address, the table is taken to be there. -#}
    {%- set is_there = '://' in place or run_query("select file from glob('" ~ place | replace("'", "''") ~ "')").rows | length > 0 -%}
    {%- do return({'is_there': is_there, 'problem': ''}) -%}
{%- endmacro %}

{# {n_columns, missing, listed_but_there}: how many columns staging reads; those that the source lacks, each {column, name, instead}: its name in CDM 5.4,
   the name that was looked for, and the name that the source has instead, if it has one; and columns that the variable
   absent_columns makes null although the source has them. #}
{% macro doctor_columns(table, relation) -%}
    {%- set there = doctor_columns_there(table, relation) | map(attribute='name') | list -%}
    {%- set missing = [] -%}
    {%- for one in omop_columns(table) if not is_spelt_so(one.name, there) -%}
        {%- set instead = [] -%}
        {%- for other in there if other | lower in [one.name | lower, one.other_name | lower] -%}
            {%- do instead.append(other) -%}
        {%- endfor -%}
        {%- do missing.append({'column': one.column, 'name': one.name, 'instead': instead[0] if instead else ''}) -%}
    {%- endfor -%}
    {%- set listed = [] -%}
    {%- for entry in var('absent_columns') if entry.split('.')[0] == table and entry.split('.')[-1] | lower in there | map('lower') -%}
        {%- do listed.append(entry) -%}
    {%- endfor -%}
    {%- do return({'n_columns': omop_columns(table) | length, 'missing': missing, 'listed_but_there': listed}) -%}
{%- endmacro %}

{# The columns of a source table: a list of {name, dtype}. #}
{% macro doctor_columns_there(table, relation) -%}
    {%- if relation is not none -%}
        {%- do return(get_column_schema_from_query('select * from ' ~ relation)) -%}
    {%- endif -%}
    {%- set found = [] -%}
    {%- for name in csv_header('omop', table, doctor_csv_key(table)) if name -%}
        {%- do found.append({'name': name, 'dtype': 'varchar'}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}

{# The column that the first line of a CSV file must name, as the model that reads the file says it. #}
{% macro doctor_csv_key(table) -%}
    {%- for node in graph.nodes.values() if node.name == 'file_omop__' ~ table -%}
        {%- do return(modules.re.findall("csv_rows[(]'omop', '\\w+', '(\\w+)'[)]", node.raw_code)[0]) -%}
    {%- endfor -%}
{%- endmacro %}

{# {rows, cells, said}: the number of rows; for each column of days and each column of ids that is no whole number by its type,
   the number of its cells and of those that staging cannot read; and what the table says of versions. #}
{% macro doctor_rows(table, relation) -%}
    {%- set whole = ['bigint', 'integer', 'smallint', 'int', 'int8', 'int4', 'int2', 'long', 'longinteger'] -%}
    {%- set looked_at = [] -%}
    {%- set versions = [] -%}
    {%- set wanted = omop_columns(table) -%}
    {%- for column in doctor_columns_there(table, relation) -%}
        {%- for one in wanted if one.name | lower == column.name | lower -%}
            {%- set type = column.dtype | lower -%}
            {%- if (one.kind == 'day' and type != 'date') or (one.is_id and type not in whole) -%}
                {%- do looked_at.append((one.name, one.kind, adapter.quote(column.name))) -%}
            {%- elif table in ('cdm_source', 'vocabulary') and one.column in ('cdm_version', 'vocabulary_version') -%}
                {%- do versions.append((one.column, adapter.quote(column.name))) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set from = relation if relation is not none else doctor_csv_rows(table) -%}
    {%- set sums = ['count(*)'] -%}
    {%- for _, kind, name in looked_at -%}
        {%- set filled = is_filled_cell(name) -%}
        {%- do sums.append('sum(case when ' ~ filled ~ ' then 1 else 0 end)') -%}
        {%- do sums.append('sum(case when ' ~ filled ~ ' and ' ~ omop_reading(name, kind) | trim ~ ' is null then 1 else 0 end)') -%}
    {%- endfor -%}
    {%- set counts = run_query('select ' ~ sums | join(', ') ~ ' from ' ~ from).rows[0] -%}
    {%- set cells = [] -%}
    {%- for name, kind, _ in looked_at -%}
        {%- do cells.append({
            'column': name, 'kind': kind, 'filled': (counts[2 * loop.index0 + 1] or 0) | int,
            'unreadable': (counts[2 * loop.index0 + 2] or 0) | int
        }) -%}
    {%- endfor -%}
    {%- set said = {} -%}
    {%- for column, name in versions -%}
        {#- OMOP has the version of all vocabularies in the row of the vocabulary `None`. -#}
        {%- set of_all = " where " ~ to_text(omop_name('vocabulary_id')) ~ " = 'None'" if table == 'vocabulary' else '' -%}
        {%- do said.update({column: run_query('select max(' ~ to_text(name) ~ ') from ' ~ from ~ of_all).rows[0][0]}) -%}
    {%- endfor -%}
    {%- do return({'rows': counts[0] | int, 'cells': cells, 'said': said}) -%}
{%- endmacro %}

{# The rows of a CSV file as a relation, every column a text. #}
{% macro doctor_csv_rows(table) -%}
    {%- set columns = [] -%}
    {%- for name in csv_header('omop', table, doctor_csv_key(table)) -%}
        {%- do columns.append("'" ~ (name or 'nameless_' ~ loop.index) | replace("'", "''") ~ "': 'varchar'") -%}
    {%- endfor -%}
    {%- do return(
        "read_csv('" ~ csv_path('omop', table) | trim | replace("'", "''") ~ "', auto_detect = false, columns = {"
        ~ columns | join(', ') ~ "}, header = true, delim = '" ~ setting('omop_files_delimiter') ~ "', quote = '\"', escape = '\"', "
        ~ "comment = '', encoding = '" ~ setting('omop_files_encoding') ~ "', ignore_errors = true)"
    ) -%}
{%- endmacro %}
