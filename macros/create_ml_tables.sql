{#- Creates the tables that the Python layer writes, empty, from the columns of the `ml` source, so that the models that
    read them build on a clean clone. One that stands gets the columns that its source has gained since. -#}
{% macro create_ml_tables() %}
  {%- if execute -%}
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
  {%- endif -%}
{% endmacro %}
