-- one row per release and day from the first teaser day to day 6, delivered or not
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    partition_by='activity_date',
    pre_hook="{{ forget_rows_to_rebuild(['tiktok_sound_days', 'vk_stream_days'], 'activity_date') }}"
) }}
-- depends_on: {{ ref('stg_catalog__tracks') }}

with releases as (

    select * from {{ ref('releases') }}

),

days as (

    select * from {{ ref('int_landing__days') }}

),

tiktok_days as (

    select * from {{ ref('int_tiktok__release_days') }}

),

vk_days as (

    select * from {{ ref('int_vk__release_days') }}
    where day_number <= 6

),

platform_days as (

    select * from {{ ref('int_tiktok__platform_days') }}

),

last_delivery as (

    select max(delivery_number) as delivery_number from {{ ref('stg_landing__deliveries') }}

),

day_numbers as (

    select numbered.day_number
    from (
        values
        {% for day_number in range(-var('teaser_days'), 7) -%}
            ({{ day_number }}){{ ',' if not loop.last }}
        {% endfor %}
    ) as numbered (day_number)

),

{% if is_incremental() %}
    days_to_rebuild as (

        {{ days_to_rebuild('tiktok_sound_days') }}
        union distinct
        {{ days_to_rebuild('vk_stream_days') }}

    ),

    releases_to_rebuild as (

        {{ releases_to_rebuild() }}

    ),
{% endif %}

release_days as (

    select
        releases.release_id,
        releases.release_date + day_numbers.day_number as activity_date,
        day_numbers.day_number,
        coalesce(days.is_tiktok_delivered, false) as is_tiktok_delivered,
        coalesce(days.is_vk_delivered, false) as is_vk_delivered
    from releases
    cross join day_numbers
    left join days on releases.release_date + day_numbers.day_number = days.delivered_day
    {% if is_incremental() %}
        where
            days.delivered_day in (select days_to_rebuild.delivered_day from days_to_rebuild)
            or releases.release_id in (select releases_to_rebuild.release_id from releases_to_rebuild)
    {% endif %}

)

-- Spark gathers each day's rows, or every task would write a file of its own for every day
select /*+ rebalance(activity_date) */
    release_days.release_id,
    release_days.activity_date,
    release_days.day_number,
    {%- for measure in [
        'views', 'creations', 'likes', 'comments', 'shares', 'favorites', 'pgc_views', 'pgc_creations',
        'largest_sound_creations', 'active_sounds', 'play_seconds', 'timed_views'
    ] %}
        {{ measure_of_day('tiktok_days', measure, 'release_days.is_tiktok_delivered') }} as {{ measure }},
    {%- endfor %}
    platform_days.views as platform_views,
    platform_days.creations as platform_creations,
    {%- for measure in [
        'streams', 'playlist_streams', 'search_streams', 'recommendation_streams', 'own_music_streams', 'paid_streams'
    ] %}
        {{ measure_of_day('vk_days', measure, 'release_days.is_vk_delivered') }} as {{ measure }},
    {%- endfor %}
    release_days.is_tiktok_delivered,
    release_days.is_vk_delivered,
    last_delivery.delivery_number
from release_days
left join tiktok_days
    on
        release_days.release_id = tiktok_days.release_id
        and release_days.day_number = tiktok_days.day_number
left join vk_days
    on
        release_days.release_id = vk_days.release_id
        and release_days.day_number = vk_days.day_number
left join platform_days on release_days.activity_date = platform_days.activity_date
cross join last_delivery
