-- one row per release, scenario and as-of day with a known day of TikTok: its activity before the as-of day
-- a view: writing its columns twice would cost more than computing them
{{ config(materialized='view') }}

with days as (

    select
        release_id,
        scenario,
        day_number,
        day_number + 1 as as_of_day,
        tiktok_views as views,
        tiktok_creations as creations,
        tiktok_likes as likes,
        tiktok_comments as comments,
        tiktok_shares as shares,
        tiktok_favorites as favorites,
        tiktok_pgc_views as pgc_views,
        tiktok_pgc_creations as pgc_creations,
        tiktok_largest_sound_creations as largest_sound_creations,
        tiktok_active_sounds as active_sounds,
        tiktok_play_seconds as play_seconds,
        tiktok_timed_views as timed_views,
        tiktok_platform_views as platform_views,
        tiktok_platform_creations as platform_creations,
        tiktok_is_known as is_known,
        tiktok_source_day as source_day
    from {{ ref('int_releases__scenario_days') }}

),

known as (

    select
        release_id,
        scenario,
        as_of_day,
        source_day,
        views,
        creations,
        max(case when day_number = 0 then views end) over release as views_day_0,
        max(case when day_number = 1 then views end) over release as views_day_1,
        max(case when day_number = 2 then views end) over release as views_day_2,
        max(case when day_number = 3 then views end) over release as views_day_3,
        max(case when day_number = 4 then views end) over release as views_day_4,
        max(case when day_number = 5 then views end) over release as views_day_5,
        max(case when day_number = 6 then views end) over release as views_day_6,
        cast(sum(views) over so_far as bigint) as tiktok_views_total,
        count(views) over so_far as views_days,
        regr_slope(ln(1 + views), day_number) over so_far as views_log_slope,
        max(views) over day_before as views_day_before,
        -- the earliest of the days with the most
        max_by(day_number, views * 1000 - day_number) over so_far as tiktok_views_peak_day,
        max(case when day_number = 0 then creations end) over release as creations_day_0,
        max(case when day_number = 1 then creations end) over release as creations_day_1,
        max(case when day_number = 2 then creations end) over release as creations_day_2,
        max(case when day_number = 3 then creations end) over release as creations_day_3,
        max(case when day_number = 4 then creations end) over release as creations_day_4,
        max(case when day_number = 5 then creations end) over release as creations_day_5,
        max(case when day_number = 6 then creations end) over release as creations_day_6,
        cast(sum(creations) over so_far as bigint) as tiktok_creations_total,
        count(creations) over so_far as creations_days,
        regr_slope(ln(1 + creations), day_number) over so_far as creations_log_slope,
        max(creations) over day_before as creations_day_before,
        max_by(day_number, creations * 1000 - day_number) over so_far as tiktok_creations_peak_day,
        cast(sum(comments) over so_far as bigint) as tiktok_comments_total,
        cast(sum(shares) over so_far as bigint) as tiktok_shares_total,
        cast(sum(favorites) over so_far as bigint) as tiktok_favorites_total,
        max(case when day_number = 0 then likes end) over release as likes_day_0,
        max(case when day_number = 1 then likes end) over release as likes_day_1,
        max(case when day_number = 2 then likes end) over release as likes_day_2,
        max(case when day_number = 3 then likes end) over release as likes_day_3,
        max(case when day_number = 4 then likes end) over release as likes_day_4,
        max(case when day_number = 5 then likes end) over release as likes_day_5,
        max(case when day_number = 6 then likes end) over release as likes_day_6,
        cast(sum(likes) over so_far as bigint) as tiktok_likes_total,
        max(active_sounds) over so_far as tiktok_active_sounds_peak,
        sum(pgc_views) over so_far as pgc_views_total,
        cast(sum(pgc_creations) over so_far as bigint) as pgc_creations_total,
        sum(largest_sound_creations) over so_far as largest_sound_creations_total,
        cast(sum({{ exact('play_seconds') }}) over so_far as double) as play_seconds_total,
        sum(timed_views) over so_far as timed_views_total,
        cast(sum(platform_views) over so_far as bigint) as tiktok_platform_views_total,
        sum(platform_creations) over so_far as platform_creations_total,
        count(case when is_known then 1 end) over so_far as tiktok_delivered_days,
        count(case when not is_known then 1 end) over last_three_days as tiktok_missing_of_last_three_days
    from days
    window
        -- its days to come as well: readers check the as-of day first
        release as (partition by release_id, scenario),
        so_far as (
            partition by release_id, scenario order by day_number rows between unbounded preceding and current row
        ),
        day_before as (
            partition by release_id, scenario order by day_number rows between 1 preceding and 1 preceding
        ),
        last_three_days as (
            partition by release_id, scenario order by day_number rows between 2 preceding and current row
        )

)

-- Fractions that come of logarithms or of doubles have nine decimals: engines differ in the last bit, and to a model
-- 0 and 4e-16 are two values.
select
    release_id,
    scenario,
    as_of_day,
    views_day_0 as tiktok_views_day_0,
    case when as_of_day > 1 then views_day_1 end as tiktok_views_day_1,
    case when as_of_day > 2 then views_day_2 end as tiktok_views_day_2,
    case when as_of_day > 3 then views_day_3 end as tiktok_views_day_3,
    case when as_of_day > 4 then views_day_4 end as tiktok_views_day_4,
    case when as_of_day > 5 then views_day_5 end as tiktok_views_day_5,
    case when as_of_day > 6 then views_day_6 end as tiktok_views_day_6,
    tiktok_views_total,
    case when views_days > 1 then round(views_log_slope, 9) end as tiktok_views_log_slope,
    case when as_of_day > 1 then views / nullif(views_day_0, 0) end as tiktok_views_last_over_first,
    case
        when as_of_day > 2
            then round(
                ln(1 + views) - ln(1 + views_day_before) - ln(1 + views_day_1) + ln(1 + views_day_0), 9
            )
    end as tiktok_views_acceleration,
    tiktok_views_peak_day,
    creations_day_0 as tiktok_creations_day_0,
    case when as_of_day > 1 then creations_day_1 end as tiktok_creations_day_1,
    case when as_of_day > 2 then creations_day_2 end as tiktok_creations_day_2,
    case when as_of_day > 3 then creations_day_3 end as tiktok_creations_day_3,
    case when as_of_day > 4 then creations_day_4 end as tiktok_creations_day_4,
    case when as_of_day > 5 then creations_day_5 end as tiktok_creations_day_5,
    case when as_of_day > 6 then creations_day_6 end as tiktok_creations_day_6,
    tiktok_creations_total,
    case when creations_days > 1 then round(creations_log_slope, 9) end as tiktok_creations_log_slope,
    case when as_of_day > 1 then creations / nullif(creations_day_0, 0) end as tiktok_creations_last_over_first,
    case
        when as_of_day > 2
            then round(
                ln(1 + creations) - ln(1 + creations_day_before)
                - ln(1 + creations_day_1) + ln(1 + creations_day_0),
                9
            )
    end as tiktok_creations_acceleration,
    tiktok_creations_peak_day,
    tiktok_views_total / nullif(tiktok_creations_total, 0) as tiktok_views_per_creation,
    tiktok_comments_total,
    tiktok_shares_total,
    tiktok_favorites_total,
    tiktok_comments_total / nullif(tiktok_views_total, 0) as tiktok_comments_per_view,
    tiktok_shares_total / nullif(tiktok_views_total, 0) as tiktok_shares_per_view,
    tiktok_favorites_total / nullif(tiktok_views_total, 0) as tiktok_favorites_per_view,
    likes_day_0 as tiktok_likes_day_0,
    case when as_of_day > 1 then likes_day_1 end as tiktok_likes_day_1,
    case when as_of_day > 2 then likes_day_2 end as tiktok_likes_day_2,
    case when as_of_day > 3 then likes_day_3 end as tiktok_likes_day_3,
    case when as_of_day > 4 then likes_day_4 end as tiktok_likes_day_4,
    case when as_of_day > 5 then likes_day_5 end as tiktok_likes_day_5,
    case when as_of_day > 6 then likes_day_6 end as tiktok_likes_day_6,
    tiktok_likes_total,
    tiktok_likes_total / nullif(tiktok_views_total, 0) as tiktok_likes_per_view,
    tiktok_active_sounds_peak,
    pgc_views_total / nullif(tiktok_views_total, 0) as tiktok_pgc_share_of_views,
    pgc_creations_total / nullif(tiktok_creations_total, 0) as tiktok_pgc_share_of_creations,
    tiktok_creations_total - pgc_creations_total as tiktok_ugc_creations_total,
    largest_sound_creations_total / nullif(tiktok_creations_total, 0) as tiktok_largest_sound_share,
    round(play_seconds_total / nullif(timed_views_total, 0), 9) as tiktok_average_play_seconds,
    tiktok_views_total / nullif(tiktok_platform_views_total, 0) as tiktok_share_of_platform_views,
    tiktok_creations_total / nullif(platform_creations_total, 0) as tiktok_share_of_platform_creations,
    tiktok_platform_views_total,
    tiktok_delivered_days,
    source_day + 1 - tiktok_delivered_days as tiktok_missing_days,
    as_of_day - 1 - source_day as tiktok_days_behind,
    tiktok_missing_of_last_three_days
from known
-- before the first known day nothing is known, though later on it stands for the days before it
where
    as_of_day <= {{ last_as_of_day() }}
    and source_day < as_of_day
