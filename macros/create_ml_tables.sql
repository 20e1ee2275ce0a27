{#- Creates the tables that the Python layer writes, empty, from the columns of the `ml` source, so that the models that
    read them build on a clean clone. An existing one gets the columns that its source has gained since. -#}
{% macro create_ml_tables() %}
  {%- if execute -%}
    {{ adapter.dispatch('create_ml_tables', 'hitcast')() }}
  {%- endif -%}
{% endmacro %}

{% macro default__create_ml_tables() %}
  create schema if not exists ml;
  {%- for source in graph.sources.values() if source.source_name == 'ml' %}
  create table if not exists ml.{{ source.name }} (
    {%- for column in source.columns.values() %}
    {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
    {%- endfor %}
  );
    {%- for column in source.columns.values() %}
  alter table ml.{{ source.name }} add column if not exists {{ column.name }} {{ column.data_type }};
    {%- endfor %}
  {%- endfor %}
{% endmacro %}

{#- A run is a partition: whoever writes it again replaces it and no other. -#}
{% macro spark__create_ml_tables() %}
  {%- do run_query('create schema if not exists ml') -%}
  {%- for source in graph.sources.values() if source.source_name == 'ml' -%}
    {%- set table = 'ml.' ~ source.name -%}
    {%- do run_query('create table if not exists ' ~ table ~ ' (' ~ spark_columns(source) | join(', ') ~ ') using parquet partitioned by (run_id)') -%}
    {%- set held = adapter.get_columns_in_relation(api.Relation.create(schema='ml', identifier=source.name, type='table')) -%}
    {%- set held_names = held | map(attribute='name') | list -%}
    {%- set gained = [] -%}
    {%- for column in spark_columns(source) if column.split(' ')[0] not in held_names -%}
      {%- do gained.append(column) -%}
    {%- endfor -%}
    {%- if gained -%}
      {%- do run_query('alter table ' ~ table ~ ' add columns (' ~ gained | join(', ') ~ ')') -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}
