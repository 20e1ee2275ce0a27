-- one row per release and as-of day: TikTok activity of the days before the as-of day
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
    {% if is_incremental() %}
        where release_id in (select as_of_days.release_id from as_of_days)
    {% endif %}

),

last_delivery as (

    select max(delivery_number) as delivery_number from {{ ref('stg_landing__deliveries') }}

),

-- once for all as-of days, which then see the day values before them: a fifth less time than once for each
by_release as (

    select
        release_id,
        {%- for measure in ['views', 'creations', 'likes'] %}
            {%- for day in range(7) %}
                max({{ measure }}) filter (where day_number = {{ day }}) as {{ measure }}_day_{{ day }},
            {%- endfor %}
        {%- endfor %}
        cast(sum(views) filter (where day_number < 0) as bigint) as teaser_views_total,
        cast(sum(creations) filter (where day_number < 0) as bigint) as teaser_creations_total,
        count(*) filter (where day_number < 0 and views > 0) as teaser_days_active
    from first_days
    group by release_id

),

known_days as (

    select
        as_of_days.release_id,
        as_of_days.as_of_day,
        as_of_days.as_of_date,
        first_days.day_number,
        first_days.views,
        first_days.creations,
        first_days.likes,
        first_days.comments,
        first_days.shares,
        first_days.favorites,
        first_days.pgc_views,
        first_days.pgc_creations,
        first_days.largest_sound_creations,
        first_days.active_sounds,
        first_days.play_seconds,
        first_days.timed_views,
        first_days.platform_views,
        first_days.platform_creations,
        first_days.is_tiktok_delivered,
        ln(1 + first_days.views) as log_views,
        ln(1 + first_days.creations) as log_creations
    from as_of_days
    inner join first_days
        on
            as_of_days.release_id = first_days.release_id
            and as_of_days.as_of_day > first_days.day_number
    where first_days.day_number >= 0

),

aggregated as (

    select
        release_id,
        as_of_day,
        as_of_date,
        {%- for measure in ['views', 'creations', 'likes', 'comments', 'shares', 'favorites'] %}
            cast(sum({{ measure }}) as bigint) as {{ measure }}_total,
        {%- endfor %}
        {%- for measure in ['views', 'creations'] %}
            {{ log_slope('log_' ~ measure, 'day_number') }} as {{ measure }}_log_slope,
            max({{ measure }}) filter (where day_number = as_of_day - 1) as {{ measure }}_last_day,
            -- the earliest of the days with the most
            max_by(day_number, {{ measure }} * 8 - day_number) as {{ measure }}_peak_day,
        {%- endfor %}
        cast(sum(pgc_views) as bigint) as pgc_views_total,
        cast(sum(pgc_creations) as bigint) as pgc_creations_total,
        cast(sum(largest_sound_creations) as bigint) as largest_sound_creations_total,
        max(active_sounds) as active_sounds_peak,
        cast(sum({{ exact('play_seconds') }}) as double) as play_seconds_total,
        cast(sum(timed_views) as bigint) as timed_views_total,
        cast(sum(platform_views) as bigint) as platform_views_total,
        cast(sum(platform_creations) as bigint) as platform_creations_total,
        count(*) filter (where is_tiktok_delivered) as delivered_days
    from known_days
    group by release_id, as_of_day, as_of_date

)

-- Fractions that come of logarithms or of doubles have nine decimals: engines differ in the last bit, and to a model
-- 0 and 4e-16 are two values.
select
    aggregated.release_id,
    aggregated.as_of_day,
    aggregated.as_of_date,
    {%- for measure in ['views', 'creations'] %}
        {%- for day in range(7) %}
            case when aggregated.as_of_day > {{ day }} then by_release.{{ measure }}_day_{{ day }} end
                as tiktok_{{ measure }}_day_{{ day }},
        {%- endfor %}
        aggregated.{{ measure }}_total as tiktok_{{ measure }}_total,
        aggregated.{{ measure }}_log_slope as tiktok_{{ measure }}_log_slope,
        case
            when
                aggregated.as_of_day > 1
                then aggregated.{{ measure }}_last_day / nullif(by_release.{{ measure }}_day_0, 0)
        end
            as tiktok_{{ measure }}_last_over_first,
        case
            {%- for day in range(3, 8) %}
                when aggregated.as_of_day = {{ day }} then
                    round(
                        ln(1 + by_release.{{ measure }}_day_{{ day - 1 }})
                        - ln(1 + by_release.{{ measure }}_day_{{ day - 2 }})
                        - ln(1 + by_release.{{ measure }}_day_1) + ln(1 + by_release.{{ measure }}_day_0),
                        9
                    )
            {%- endfor %}
        end as tiktok_{{ measure }}_acceleration,
        aggregated.{{ measure }}_peak_day as tiktok_{{ measure }}_peak_day,
    {%- endfor %}
    aggregated.views_total / nullif(aggregated.creations_total, 0) as tiktok_views_per_creation,
    aggregated.comments_total as tiktok_comments_total,
    aggregated.shares_total as tiktok_shares_total,
    aggregated.favorites_total as tiktok_favorites_total,
    {%- for measure in ['comments', 'shares', 'favorites'] %}
        aggregated.{{ measure }}_total / nullif(aggregated.views_total, 0) as tiktok_{{ measure }}_per_view,
    {%- endfor %}
    {%- for day in range(7) %}
        case when aggregated.as_of_day > {{ day }} then by_release.likes_day_{{ day }} end
            as tiktok_likes_day_{{ day }},
    {%- endfor %}
    aggregated.likes_total as tiktok_likes_total,
    aggregated.likes_total / nullif(aggregated.views_total, 0) as tiktok_likes_per_view,
    aggregated.active_sounds_peak as tiktok_active_sounds_peak,
    aggregated.pgc_views_total / nullif(aggregated.views_total, 0) as tiktok_pgc_share_of_views,
    aggregated.pgc_creations_total / nullif(aggregated.creations_total, 0) as tiktok_pgc_share_of_creations,
    aggregated.creations_total - aggregated.pgc_creations_total as tiktok_ugc_creations_total,
    aggregated.largest_sound_creations_total / nullif(aggregated.creations_total, 0) as tiktok_largest_sound_share,
    round(aggregated.play_seconds_total / nullif(aggregated.timed_views_total, 0), 9) as tiktok_average_play_seconds,
    by_release.teaser_views_total as tiktok_teaser_views_total,
    by_release.teaser_creations_total as tiktok_teaser_creations_total,
    by_release.teaser_days_active as tiktok_teaser_days_active,
    aggregated.views_total / nullif(aggregated.platform_views_total, 0) as tiktok_share_of_platform_views,
    aggregated.creations_total / nullif(aggregated.platform_creations_total, 0) as tiktok_share_of_platform_creations,
    aggregated.platform_views_total as tiktok_platform_views_total,
    aggregated.delivered_days as tiktok_delivered_days,
    last_delivery.delivery_number
from aggregated
inner join by_release on aggregated.release_id = by_release.release_id
cross join last_delivery
