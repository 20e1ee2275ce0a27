{#- dbt-spark's own renders a seed's values without escaping them: an apostrophe breaks the statement, and an empty field
    becomes the text None. -#}
{% macro spark__load_csv_rows(model, agate_table) %}
  {%- set types = model['config'].get('column_types', {}) -%}
  {%- set rows = [] -%}
  {%- for row in agate_table.rows -%}
    {%- set values = [] -%}
    {%- for name in agate_table.column_names -%}
      {%- set value = row[name] -%}
      {%- set literal = 'null' if value is none else "'" ~ dbt.escape_single_quotes(value | string) ~ "'" -%}
      {%- do values.append('cast(' ~ literal ~ ' as ' ~ types[name] ~ ')') -%}
    {%- endfor -%}
    {%- do rows.append('(' ~ values | join(', ') ~ ')') -%}
  {%- endfor -%}
  {%- set sql = 'insert into ' ~ this ~ ' values ' ~ rows | join(', ') -%}
  {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
  {{ return(sql) }}
{% endmacro %}

{#- dbt-spark's own comments on columns of other file formats only, though Parquet tables take comments as well. -#}
{% macro spark__alter_column_comment(relation, column_dict) %}
  {%- for name, column in column_dict.items() -%}
    {%- do run_query(
      'alter table ' ~ relation ~ ' change column ' ~ name ~ " comment '" ~ dbt.escape_single_quotes(column.description) ~ "'"
    ) -%}
  {%- endfor -%}
{% endmacro %}
