{#- A sum or mean of fractions that is the same to the last bit however threads meet the rows, which a sum of doubles is
    not: twelve decimals are kept and added as whole numbers. -#}
{% macro exact(value) -%}
  cast({{ value }} as decimal(30, 12))
{%- endmacro %}
