{#- Makes every raw table readable before anything was ingested: an empty Parquet file with the contract's columns.
    It is the first that its pattern finds, and thus the one whose columns are read. A zero-row partitioned copy is DuckDB's way
    to make a directory, one level at a time. -#}
{% macro create_landing() %}
  {%- if execute and target.type == 'duckdb' -%}
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
  {%- endif -%}
{% endmacro %}

{% macro make_directory(path) %}
  copy (select 0 as row, 0 as part where false)
  to '{{ adapter.escape_sql_string(path) }}' (format parquet, partition_by (part), overwrite_or_ignore true);
{% endmacro %}
