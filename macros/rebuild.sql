{#- What an incremental model by release and day must build again. Every row of such a model carries `delivery_number`,
    the last delivery when it was built; the landing's ledger and the catalogue's rows carry the delivery that brought
    or changed them. Rows that stay were built after everything they rest on was delivered, so that the deletion before
    the build and the build itself name the same days and releases. -#}

{% macro last_delivery_held() -%}
  (select coalesce(max(held.delivery_number), 0) from {{ this }} as held)
{%- endmacro %}

{#- Days of a raw table delivered, for the first time or again, or taken back since the model was built. -#}
{% macro days_to_rebuild(table_name) %}
  select deliveries.delivered_day
  from {{ ref('stg_landing__deliveries') }} as deliveries
  where
    deliveries.table_name = '{{ table_name }}'
    and deliveries.delivery_number > {{ last_delivery_held() }}
{% endmacro %}

{#- Releases that carry a recording of which the catalogue changed a row since the model was built: new ones, those
    that moved, and those that gained or lost the credit for it. -#}
{% macro releases_to_rebuild() %}
  select carrying.release_id
  from {{ ref('stg_catalog__tracks') }} as carrying
  where
    carrying.isrc in (
      select changed.isrc
      from {{ ref('stg_catalog__tracks') }} as changed
      where changed.delivery_number > {{ last_delivery_held() }}
    )
{% endmacro %}

{#- Pre-hook: drops what is about to be built again. `table_names` are the raw tables that the model's days rest on. -#}
{% macro forget_rows_to_rebuild(table_names, day_column, by_release=true) %}
  {%- if is_incremental() -%}
    {%- set is_stale -%}
      {%- for table_name in table_names %}
      {{ 'or ' if not loop.first }}{{ day_column }} in ({{ days_to_rebuild(table_name) }})
      {%- endfor %}
      {%- if by_release %}
      or release_id in ({{ releases_to_rebuild() }})
      {%- endif %}
    {%- endset -%}
    {{ forget_rows(is_stale) }}
  {%- endif -%}
{% endmacro %}

{#- Condition on `release_id`, `release_date` and `window_end_date`: a day of the window or the release is to be built
    again. -#}
{% macro is_window_to_rebuild(table_name) -%}
  release_id in ({{ releases_to_rebuild() }})
  or exists (
    select 1
    from ({{ days_to_rebuild(table_name) }}) as changed_days
    where
      release_date <= changed_days.delivered_day
      and window_end_date >= changed_days.delivered_day
  )
{%- endmacro %}

{#- Pre-hook: drops such windows. -#}
{% macro forget_windows_to_rebuild(table_name) %}
  {%- if is_incremental() -%}
    {{ forget_rows(is_window_to_rebuild(table_name)) }}
  {%- endif -%}
{% endmacro %}

{#- Releases whose first days were built again since the model was. -#}
{% macro releases_with_new_first_days() %}
  select first_days.release_id
  from {{ ref('int_releases__first_days') }} as first_days
  where first_days.delivery_number > {{ last_delivery_held() }}
{% endmacro %}

{#- As-of days to build again: those of such releases, and those that data has come to reach. -#}
{% macro as_of_days_to_rebuild() %}
  select as_of_days.*
  from {{ ref('int_releases__as_of_days') }} as as_of_days
  where
    as_of_days.release_id in ({{ releases_with_new_first_days() }})
    or as_of_days.as_of_date > (select max(held.as_of_date) from {{ this }} as held)
{% endmacro %}

{#- Pre-hook: drops them, and as-of days that data no longer reaches. -#}
{% macro forget_as_of_days_to_rebuild() %}
  {%- if is_incremental() -%}
    {%- set is_stale -%}
      release_id in ({{ releases_with_new_first_days() }})
      or as_of_date > (select max(as_of_days.as_of_date) from {{ ref('int_releases__as_of_days') }} as as_of_days)
    {%- endset -%}
    {{ forget_rows(is_stale) }}
  {%- endif -%}
{% endmacro %}
