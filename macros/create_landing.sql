{#- Makes every raw table readable before anything was ingested. -#}
{% macro create_landing() %}
  {%- if execute -%}
    {{ adapter.dispatch('create_landing', 'hitcast')() }}
  {%- endif -%}
{% endmacro %}

{#- An empty Parquet file with the contract's columns. It is the first that its pattern finds, and thus the one whose columns
    are read. A zero-row partitioned copy is DuckDB's way to make a directory, one level at a time. -#}
{% macro default__create_landing() %}
  {%- set raw = env_var('HITCAST_HOME', 'data') ~ '/raw' -%}
  {{ make_directory(raw) }}
  {%- for source in graph.sources.values() if source.config.meta.external_location %}
    {%- set day_column = source.config.meta.day_column -%}
    {%- set folder = raw ~ '/' ~ source.name -%}
    {{ make_directory(folder) }}
    {%- if day_column -%}
      {%- set folder = folder ~ '/' ~ day_column ~ '=0001-01-01' -%}
      {{ make_directory(folder) }}
    {%- endif %}
    copy (
      select
        {%- for column in source.columns.values() if column.name != day_column %}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
      where false
    ) to '{{ adapter.escape_sql_string(folder) }}/{{ 'data' if day_column else '_empty' }}.parquet' (format parquet);
  {%- endfor %}
{% endmacro %}

{#- A table over the files, of the contract's columns and types. Made anew at every start: it holds no rows, and its list
    of files is that of its making. -#}
{% macro spark__create_landing() %}
  {%- set home = env_var('HITCAST_HOME', 'data') -%}
  {%- set home = home if home.startswith('/') else env_var('PWD') ~ '/' ~ home -%}
  {%- set raw = env_var('HITCAST_SPARK_LANDING', 'file://' ~ home ~ '/raw') -%}
  {#- days are found by their folders, as nothing registers them where they land -#}
  {%- do run_query('set spark.sql.hive.manageFilesourcePartitions = false') -%}
  {%- for source in graph.sources.values() if source.config.meta.external_location -%}
    {%- set day_column = source.config.meta.day_column -%}
    {%- set table = source.schema ~ '.' ~ source.identifier -%}
    {%- do run_query('create schema if not exists ' ~ source.schema) -%}
    {%- do run_query('drop table if exists ' ~ table) -%}
    {%- do run_query(
      'create table ' ~ table ~ ' (' ~ spark_columns(source) | join(', ') ~ ') using parquet'
      ~ (' partitioned by (' ~ day_column ~ ')' if day_column else '')
      ~ " location '" ~ raw ~ '/' ~ source.name ~ "'"
    ) -%}
  {%- endfor -%}
  {%- do run_query('set spark.sql.hive.manageFilesourcePartitions = true') -%}
{% endmacro %}

{#- A source's columns as Spark declares them. -#}
{% macro spark_columns(source) %}
  {%- set columns = [] -%}
  {%- for column in source.columns.values() -%}
    {%- do columns.append(column.name ~ ' ' ~ column.data_type | replace('varchar', 'string')) -%}
  {%- endfor -%}
  {%- do return(columns) -%}
{% endmacro %}

{% macro make_directory(path) %}
  copy (select 0 as row, 0 as part where false)
  to '{{ adapter.escape_sql_string(path) }}' (format parquet, partition_by (part), overwrite_or_ignore true);
{% endmacro %}
