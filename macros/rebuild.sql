{#- Days of a raw table that an incremental model must build again: those delivered after the last delivery it holds,
    or all of them once the catalogue was delivered again, since a release that appears or moves draws on past days.
    Every row of such a model carries `delivery_number`, the last delivery when it was built. -#}
{% macro days_to_rebuild(table_name) %}
  select deliveries.delivered_day
  from {{ ref('stg_landing__deliveries') }} as deliveries
  where
    deliveries.table_name = '{{ table_name }}'
    and (
      deliveries.delivery_number > (select coalesce(max(held.delivery_number), 0) from {{ this }} as held)
      or exists (
        select 1
        from {{ ref('stg_landing__deliveries') }} as catalogue
        where
          catalogue.table_name = 'catalog_tracks'
          and catalogue.delivery_number > (select coalesce(max(held.delivery_number), 0) from {{ this }} as held)
      )
    )
{% endmacro %}

{#- Pre-hook of an incremental model by day: drops the days about to be built again and those no longer delivered. Rows
    that stay were built after their day's delivery, so the select that follows names the same days. -#}
{% macro forget_days_to_rebuild(table_name, day_column) %}
  {%- if is_incremental() -%}
    delete from {{ this }}
    where
      {{ day_column }} in ({{ days_to_rebuild(table_name) }})
      or {{ day_column }} not in (
        select deliveries.delivered_day
        from {{ ref('stg_landing__deliveries') }} as deliveries
        where deliveries.table_name = '{{ table_name }}'
      )
  {%- endif -%}
{% endmacro %}
