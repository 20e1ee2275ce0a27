-- one row per release, scenario and as-of day with a known day of VK: its streams before the as-of day
-- a view: writing its columns twice would cost more than computing them
{{ config(materialized='view') }}

with days as (

    select
        release_id,
        scenario,
        day_number,
        day_number + 1 as as_of_day,
        tiktok_views as views,
        vk_streams as streams,
        case when day_number < 3 then vk_streams end as first_streams,
        vk_playlist_streams as playlist_streams,
        vk_search_streams as search_streams,
        vk_recommendation_streams as recommendation_streams,
        vk_own_music_streams as own_music_streams,
        vk_paid_streams as paid_streams,
        vk_landed_streams as landed_streams,
        tiktok_source_day <= day_number as views_are_known,
        vk_is_known as is_known,
        vk_source_day as source_day
    from {{ ref('int_releases__scenario_days') }}

),

known as (

    select
        release_id,
        scenario,
        as_of_day,
        source_day,
        views,
        views_are_known,
        streams,
        max(case when day_number = 0 then streams end) over release as streams_day_0,
        max(case when day_number = 1 then streams end) over release as streams_day_1,
        max(case when day_number = 2 then streams end) over release as streams_day_2,
        max(case when day_number = 3 then streams end) over release as streams_day_3,
        max(case when day_number = 4 then streams end) over release as streams_day_4,
        max(case when day_number = 5 then streams end) over release as streams_day_5,
        max(case when day_number = 6 then streams end) over release as streams_day_6,
        cast(sum(streams) over so_far as bigint) as vk_streams_total,
        count(streams) over so_far as streams_days,
        regr_slope(ln(1 + streams), day_number) over so_far as streams_log_slope,
        cast(sum(streams) over last_three_days as bigint) as vk_streams_last_three_days,
        cast(sum(first_streams) over so_far as bigint) as vk_streams_first_three_days,
        sum(views) over last_three_days as views_last_three_days,
        sum(views) over earlier as views_earlier,
        sum(playlist_streams) over so_far as playlist_streams_total,
        sum(search_streams) over so_far as search_streams_total,
        sum(recommendation_streams) over so_far as recommendation_streams_total,
        sum(own_music_streams) over so_far as own_music_streams_total,
        sum(paid_streams) over so_far as paid_streams_total,
        cast(sum(landed_streams) over so_far as bigint) as vk_streams_known,
        count(case when is_known then 1 end) over so_far as vk_delivered_days,
        count(case when not is_known then 1 end) over last_three_days as vk_missing_of_last_three_days
    from days
    window
        -- its days to come as well: readers check the as-of day first
        release as (partition by release_id, scenario),
        so_far as (
            partition by release_id, scenario order by day_number rows between unbounded preceding and current row
        ),
        last_three_days as (
            partition by release_id, scenario order by day_number rows between 2 preceding and current row
        ),
        earlier as (
            partition by release_id, scenario order by day_number rows between unbounded preceding and 3 preceding
        )

)

-- With 1 added: the logs of few streams stay within bounds. Nine decimals: see int_releases__tiktok_features.
select
    release_id,
    scenario,
    as_of_day,
    streams_day_0 as vk_streams_day_0,
    case when as_of_day > 1 then streams_day_1 end as vk_streams_day_1,
    case when as_of_day > 2 then streams_day_2 end as vk_streams_day_2,
    case when as_of_day > 3 then streams_day_3 end as vk_streams_day_3,
    case when as_of_day > 4 then streams_day_4 end as vk_streams_day_4,
    case when as_of_day > 5 then streams_day_5 end as vk_streams_day_5,
    case when as_of_day > 6 then streams_day_6 end as vk_streams_day_6,
    vk_streams_total,
    streams as vk_streams_last_day,
    vk_streams_last_three_days,
    vk_streams_first_three_days,
    case when streams_days > 1 then round(streams_log_slope, 9) end as vk_streams_log_slope,
    case when as_of_day > 1 then streams / nullif(streams_day_0, 0) end as vk_streams_last_over_first,
    case when as_of_day > 1 then round(ln(1 + streams_day_0) - ln(1 + vk_streams_total), 9) end
        as vk_streams_first_day_log_ratio,
    case when as_of_day > 1 then round(ln(1 + streams) - ln(1 + vk_streams_total), 9) end
        as vk_streams_last_day_log_ratio,
    case when views_are_known then round(ln(1 + views) - ln(1 + vk_streams_total), 9) end
        as vk_tiktok_views_last_day_log_ratio,
    case when views_are_known then round(ln(1 + views_last_three_days) - ln(1 + vk_streams_total), 9) end
        as vk_tiktok_views_last_three_days_log_ratio,
    case when views_are_known then round(ln(1 + views_earlier) - ln(1 + vk_streams_total), 9) end
        as vk_tiktok_views_earlier_log_ratio,
    playlist_streams_total / nullif(vk_streams_total, 0) as vk_playlist_share,
    search_streams_total / nullif(vk_streams_total, 0) as vk_search_share,
    recommendation_streams_total / nullif(vk_streams_total, 0) as vk_recommendation_share,
    own_music_streams_total / nullif(vk_streams_total, 0) as vk_own_music_share,
    paid_streams_total / nullif(vk_streams_total, 0) as vk_paid_share,
    vk_delivered_days,
    vk_streams_known,
    source_day + 1 - vk_delivered_days as vk_missing_days,
    as_of_day - 1 - source_day as vk_days_behind,
    vk_missing_of_last_three_days
from known
-- before the first known day nothing is known, though later on it stands for the days before it
where
    as_of_day <= {{ last_as_of_day() }}
    and source_day < as_of_day
