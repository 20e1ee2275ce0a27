{#- Creates the tables that the Python layer writes, empty, from the columns of the `ml` source, so that the models that
    read them build on a clean clone. -#}
{% macro create_ml_tables() %}
  {%- if execute -%}
    create schema if not exists ml;
    {%- for source in graph.sources.values() if source.source_name == 'ml' %}
    create table if not exists ml.{{ source.name }} (
      {%- for column in source.columns.values() %}
      {{ column.name }} {{ column.data_type }}{{ ',' if not loop.last }}
      {%- endfor %}
    );
    {%- endfor %}
  {%- endif -%}
{% endmacro %}
