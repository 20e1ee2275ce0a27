{#- How a day's figure stands out: `low` where it is a tenth of the usual or less, `high` where it is ten times the usual
    or more, `zero`; null where it does not. The week before must say the same where it is known, so that a new level
    stands out for a few days only; the larger of figure and usual must be 100, as chance moves small ones; and nothing is
    `high` before its weekday has a usual, as the first weeks of a landing grow. -#}
{% macro figure_mark(figure, usual, week_before, usual_basis) -%}
  case
    when {{ usual }} is null or greatest({{ figure }}, {{ usual }}) < 100 then null
    when {{ figure }} > least({{ usual }}, coalesce({{ week_before }}, {{ usual }})) / 10
      and {{ figure }} < 10 * greatest({{ usual }}, coalesce({{ week_before }}, {{ usual }})) then null
    when {{ figure }} = 0 then 'zero'
    when {{ figure }} < {{ usual }} then 'low'
    when {{ usual_basis }} = 'weekday' then 'high'
  end
{%- endmacro %}
