-- one row per release and as-of day: VK streams of the days before the as-of day
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    pre_hook="{{ forget_as_of_days_to_rebuild() }}"
) }}
-- depends_on: {{ ref('int_releases__as_of_days') }}

with as_of_days as (

    {% if is_incremental() %}
        {{ as_of_days_to_rebuild() }}
    {% else %}
        select * from {{ ref('int_releases__as_of_days') }}
    {% endif %}

),

first_days as (

    select * from {{ ref('int_releases__first_days') }}
    where day_number >= 0

),

last_delivery as (

    select max(delivery_number) as delivery_number from {{ ref('stg_landing__deliveries') }}

),

aggregated as (

    select
        as_of_days.release_id,
        as_of_days.as_of_day,
        as_of_days.as_of_date,
        {%- for day in range(7) %}
            max(first_days.streams) filter (where first_days.day_number = {{ day }}) as streams_day_{{ day }},
        {%- endfor %}
        cast(sum(first_days.streams) as bigint) as streams_total,
        {{ log_slope('ln(1 + first_days.streams)', 'first_days.day_number') }} as streams_log_slope,
        max(first_days.streams) filter (where first_days.day_number = as_of_days.as_of_day - 1) as streams_last_day,
        max(first_days.views) filter (where first_days.day_number = as_of_days.as_of_day - 1) as views_last_day,
        sum(first_days.views) filter (where first_days.day_number >= as_of_days.as_of_day - 3) as views_last_three_days,
        sum(first_days.views) filter (where first_days.day_number < as_of_days.as_of_day - 3) as views_earlier,
        {%- for measure in ['playlist', 'search', 'recommendation', 'own_music', 'paid'] %}
            cast(sum(first_days.{{ measure }}_streams) as bigint) as {{ measure }}_streams_total,
        {%- endfor %}
        count(*) filter (where first_days.is_vk_delivered) as delivered_days
    from as_of_days
    inner join first_days
        on
            as_of_days.release_id = first_days.release_id
            and as_of_days.as_of_day > first_days.day_number
    group by as_of_days.release_id, as_of_days.as_of_day, as_of_days.as_of_date

)

select
    aggregated.release_id,
    aggregated.as_of_day,
    aggregated.as_of_date,
    {%- for day in range(7) %}
        aggregated.streams_day_{{ day }} as vk_streams_day_{{ day }},
    {%- endfor %}
    aggregated.streams_total as vk_streams_total,
    aggregated.streams_log_slope as vk_streams_log_slope,
    case when aggregated.as_of_day > 1 then aggregated.streams_last_day / nullif(aggregated.streams_day_0, 0) end
        as vk_streams_last_over_first,
    -- With 1 added: the logs of few streams stay within bounds. Nine decimals: see int_releases__tiktok_features.
    case
        when aggregated.as_of_day > 1
            then round(ln(1 + aggregated.streams_day_0) - ln(1 + aggregated.streams_total), 9)
    end as vk_streams_first_day_log_ratio,
    case
        when aggregated.as_of_day > 1
            then round(ln(1 + aggregated.streams_last_day) - ln(1 + aggregated.streams_total), 9)
    end as vk_streams_last_day_log_ratio,
    {%- for days in ['last_day', 'last_three_days', 'earlier'] %}
        round(ln(1 + aggregated.views_{{ days }}) - ln(1 + aggregated.streams_total), 9)
            as vk_tiktok_views_{{ days }}_log_ratio,
    {%- endfor %}
    {%- for measure in ['playlist', 'search', 'recommendation', 'own_music', 'paid'] %}
        aggregated.{{ measure }}_streams_total / nullif(aggregated.streams_total, 0) as vk_{{ measure }}_share,
    {%- endfor %}
    aggregated.delivered_days as vk_delivered_days,
    last_delivery.delivery_number
from aggregated
cross join last_delivery
