{#- A sum or mean of fractions that is the same to the last bit however threads meet the rows, which a sum of doubles is
    not: twelve decimals are kept and added as whole numbers. -#}
{% macro exact(value) -%}
  cast({{ value }} as decimal(30, 12))
{%- endmacro %}

{#- Least-squares slope of a measure's logarithm over days, from exact sums. Null on fewer than two known days. -#}
{% macro log_slope(log_measure, day) -%}
  (
    count({{ log_measure }}) * cast(sum({{ exact(log_measure) }} * {{ day }}) as double)
    - sum({{ day }}) filter (where {{ log_measure }} is not null) * cast(sum({{ exact(log_measure) }}) as double)
  ) / nullif(
    count({{ log_measure }}) * sum({{ day }} * {{ day }}) filter (where {{ log_measure }} is not null)
    - power(sum({{ day }}) filter (where {{ log_measure }} is not null), 2),
    0
  )
{%- endmacro %}
