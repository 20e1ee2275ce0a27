{#- Column of a select that gives a row for every line of a text. -#}
{% macro each_line(text) -%}
  {{ adapter.dispatch('each_line', 'hitcast')(text) }}
{%- endmacro %}

{% macro default__each_line(text) -%}
  unnest(string_split({{ text }}, chr(10)))
{%- endmacro %}

{% macro spark__each_line(text) -%}
  explode(split({{ text }}, chr(10)))
{%- endmacro %}
