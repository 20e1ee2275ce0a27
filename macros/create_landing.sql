{#- Makes every raw table readable before anything was ingested. -#}
{% macro create_landing() %}
  {%- if execute -%}
    {{ adapter.dispatch('create_landing', 'hitcast')() }}
  {%- endif -%}
{% endmacro %}

{#- An empty Parquet file with the contract's columns, so that each pattern finds a file. A zero-row partitioned copy is
    DuckDB's way to make a directory, one level at a time. -#}
{% macro default__create_landing() %}
  {#- sources are found through `file_search_path`, which does not hold for what is written -#}
  {%- set raw = target.path.rpartition('/')[0] ~ '/raw' -%}
  {{ make_directory(raw) }}
  {%- for source in graph.sources.values() if source.config.meta.external_location %}
    {%- set folders = [raw ~ '/' ~ source.name] -%}
    {%- set partitions = landing_partitions(source) -%}
    {%- for name in partitions -%}
      {%- set value = '000000' if name == 'delivery' else '0001-01-01' -%}
      {%- do folders.append(folders[-1] ~ '/' ~ name ~ '=' ~ value) -%}
    {%- endfor -%}
    {%- for folder in folders %}
    {{ make_directory(folder) }}
    {%- endfor %}
    copy (
      select
        {%- for column in source.columns.values() if column.name not in partitions %}
        cast(null as {{ column.data_type }}) as {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
      where false
    ) to '{{ adapter.escape_sql_string(folders[-1]) }}/{{ 'data' if partitions else '_ata' }}.parquet' (format parquet);
  {%- endfor %}
{% endmacro %}

{#- A table over the files, of the contract's columns and types. It is created again at every start: it holds no rows, and
    its list of files is that of its creation. -#}
{% macro spark__create_landing() %}
  {%- set home = env_var('HITCAST_HOME', flags.PROFILES_DIR ~ '/data') -%}
  {%- set home = home if home.startswith('/') else env_var('PWD') ~ '/' ~ home -%}
  {%- set raw = env_var('HITCAST_SPARK_LANDING', 'file://' ~ home ~ '/raw') -%}
  {#- partitions are found by their folders, as nothing registers them where they land -#}
  {%- do run_query('set spark.sql.hive.manageFilesourcePartitions = false') -%}
  {%- for source in graph.sources.values() if source.config.meta.external_location -%}
    {%- set table = source.schema ~ '.' ~ source.identifier -%}
    {%- set partitions = landing_partitions(source) -%}
    {%- do run_query('create schema if not exists ' ~ source.schema) -%}
    {%- do run_query('drop table if exists ' ~ table) -%}
    {%- do run_query(
      'create table ' ~ table ~ ' (' ~ spark_columns(source) | join(', ') ~ ') using parquet'
      ~ " options (pathGlobFilter = 'data.parquet')"
      ~ (' partitioned by (' ~ partitions | join(', ') ~ ')' if partitions else '')
      ~ " location '" ~ raw ~ '/' ~ source.name ~ "'"
    ) -%}
  {%- endfor -%}
  {%- do run_query('set spark.sql.hive.manageFilesourcePartitions = true') -%}
{% endmacro %}

{#- A source's columns that are written in the names of its folders: the day, and the delivery within it. -#}
{% macro landing_partitions(source) %}
  {%- set partitions = [source.config.meta.day_column] if source.config.meta.day_column else [] -%}
  {%- for column in source.columns.values() if column.config.meta.partition -%}
    {%- do partitions.append(column.name) -%}
  {%- endfor -%}
  {%- do return(partitions) -%}
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
