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

{#- Pre-hook: drops what is about to be built again. -#}
{% macro forget_rows_to_rebuild(table_name, day_column, by_release=true) %}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where
      {{ day_column }} in ({{ days_to_rebuild(table_name) }})
      {%- if by_release %}
      or release_id in ({{ releases_to_rebuild() }})
      {%- endif %}
  {%- endif -%}
{% endmacro %}

{#- As-of days whose release's first days were built again since the model was, and those that data now reaches. -#}
{% macro as_of_days_to_rebuild() %}
  select as_of_days.*
  from {{ ref('int_releases__as_of_days') }} as as_of_days
  left join {{ this }} as held
    on
      as_of_days.release_id = held.release_id
      and as_of_days.as_of_day = held.as_of_day
  where
    held.release_id is null
    or as_of_days.release_id in (
      select first_days.release_id
      from {{ ref('int_releases__first_days') }} as first_days
      where first_days.delivery_number > {{ last_delivery_held() }}
    )
{% endmacro %}

{#- Pre-hook: drops as-of days that data no longer reaches. -#}
{% macro forget_as_of_days_gone() %}
  {%- if is_incremental() -%}
    delete from {{ this }} as held
    where not exists (
      select 1
      from {{ ref('int_releases__as_of_days') }} as as_of_days
      where
        as_of_days.release_id = held.release_id
        and as_of_days.as_of_day = held.as_of_day
    )
  {%- endif -%}
{% endmacro %}
