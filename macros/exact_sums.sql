{#- A sum or mean of fractions that is the same to the last bit however threads meet the rows, which a sum of doubles is
    not: twelve decimals are kept and added as whole numbers. -#}
{% macro exact(value) -%}
  cast({{ value }} as decimal(30, 12))
{%- endmacro %}

{#- Least-squares slope of a measure's logarithm over days of two digits, from exact sums. Null on fewer than two known
    days. Nine decimals keep log and product within 64 bits, which is several times as fast as wider ones. -#}
{% macro log_slope(log_measure, day) -%}
  (
    count({{ log_measure }}) * cast(
      sum(cast({{ log_measure }} as decimal(12, 9)) * cast({{ day }} as decimal(2, 0))) as double
    )
    - sum({{ day }}) filter (where {{ log_measure }} is not null)
    * cast(sum(cast({{ log_measure }} as decimal(12, 9))) as double)
  ) / nullif(
    count({{ log_measure }}) * sum({{ day }} * {{ day }}) filter (where {{ log_measure }} is not null)
    - power(sum({{ day }}) filter (where {{ log_measure }} is not null), 2),
    0
  )
{%- endmacro %}
