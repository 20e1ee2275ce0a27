{#- Whole days from a release to a date: 0 on the release date, negative before it. The one owner of the day window. -#}
{% macro days_since_release(date_column, release_date_column) -%}
  {{ adapter.dispatch('days_since_release', 'hitcast')(date_column, release_date_column) }}
{%- endmacro %}

{% macro default__days_since_release(date_column, release_date_column) -%}
  ({{ date_column }} - {{ release_date_column }})
{%- endmacro %}

{#- There the difference of two dates is an interval. -#}
{% macro spark__days_since_release(date_column, release_date_column) -%}
  cast(datediff({{ date_column }}, {{ release_date_column }}) as bigint)
{%- endmacro %}

{#- First day since release that is kept: the first teaser day, and no later than the day before release, on which every
    release has a row. -#}
{% macro first_observed_day() -%}
  {{ [-1, -var('teaser_days')] | min }}
{%- endmacro %}

{#- Last day since release that is kept: the longest horizon's, and no less than the first week's. -#}
{% macro last_observed_day() -%}
  {{ [6, (var('horizons') | max) - 1] | max }}
{%- endmacro %}

{#- Most days that the first streams may lie from the catalog's release date for it to be moved there. -#}
{% macro most_days_moved() -%}
  14
{%- endmacro %}

{#- Most missing days of a window that may be estimated for training: a fifth of it, and at least one. -#}
{% macro max_estimated_days(horizon) -%}
  greatest(1, floor({{ horizon }} / 5))
{%- endmacro %}

{#- First and last day since the catalog's release date whose facts are kept: enough for a date that is moved. -#}
{% macro first_kept_day() -%}
  {{ (first_observed_day() | int) - (most_days_moved() | int) }}
{%- endmacro %}

{% macro last_kept_day() -%}
  {{ (last_observed_day() | int) + (most_days_moved() | int) }}
{%- endmacro %}

{#- Last as-of day that features are made for: the longest horizon's last day, and no less than a week. -#}
{% macro last_as_of_day() -%}
  {{ [7, (var('horizons') | max) - 1] | max }}
{%- endmacro %}

{#- Monday 0 to Sunday 6, counted from a Monday so that every engine agrees. -#}
{% macro weekday_number(date_column) -%}
  mod({{ days_since_release(date_column, "date '1900-01-01'") }}, 7)
{%- endmacro %}

{#- Column of a select that gives a row for every day from the first to the last. -#}
{% macro each_day(first_day, last_day) -%}
  {{ adapter.dispatch('each_day', 'hitcast')(first_day, last_day) }}
{%- endmacro %}

{% macro default__each_day(first_day, last_day) -%}
  cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date)
{%- endmacro %}

{% macro spark__each_day(first_day, last_day) -%}
  explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day))
{%- endmacro %}

{#- A day's measure from a row that may be absent: what the row reports; without a row 0 on a day delivered whole, for
    then there was nothing, and null on any other day, for then nobody knows. -#}
{% macro measure_of_day(row_alias, measure, state) -%}
  case when {{ state }} = 'whole' then case when {{ row_alias }}.release_id is null then 0 else {{ row_alias }}.{{ measure }} end end
{%- endmacro %}

{#- Days by which stress rows shift release dates, as rows of a `values` list. -#}
{% macro days_wrong() -%}
  (-7), (-3), (-1), (1), (3), (7)
{%- endmacro %}
