{#- Expected cost of leaving a hit alone less that of promoting a miss, at a chance of the top class (Elkan 2001): from 0 on
    promoting is advised. -#}
{% macro promotion_value(probability_high) -%}
  {{ probability_high }} * {{ var('false_negative_cost') }} - (1 - {{ probability_high }}) * {{ var('false_positive_cost') }}
{%- endmacro %}
