-- one row per release and as-of day: VK streams of the days before the as-of day
-- a view: release_features alone reads it, and writing its columns twice would cost more than computing them
{{ config(materialized='view') }}

with release_days as (

    select * from {{ ref('release_days') }}

),

-- a day before release feeds nothing
days as (

    select
        release_id,
        day_number,
        day_number + 1 as as_of_day,
        case when day_number >= 0 then tiktok_views end as views,
        case when day_number >= 0 then vk_streams end as streams,
        case when day_number between 0 and 2 then vk_streams end as first_streams,
        case when day_number >= 0 then vk_playlist_streams end as playlist_streams,
        case when day_number >= 0 then vk_search_streams end as search_streams,
        case when day_number >= 0 then vk_recommendation_streams end as recommendation_streams,
        case when day_number >= 0 then vk_own_music_streams end as own_music_streams,
        case when day_number >= 0 then vk_paid_streams end as paid_streams,
        day_number >= 0 and vk_state = 'whole' as is_known
    from release_days

),

known as (

    select
        release_id,
        as_of_day,
        views,
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
        count(case when is_known then 1 end) over so_far as vk_delivered_days
    from days
    window
        -- its days to come as well: readers check the as-of day first
        release as (partition by release_id),
        so_far as (
            partition by release_id order by day_number rows between unbounded preceding and current row
        ),
        last_three_days as (
            partition by release_id order by day_number rows between 2 preceding and current row
        ),
        earlier as (
            partition by release_id order by day_number rows between unbounded preceding and 3 preceding
        )

)

-- With 1 added: the logs of few streams stay within bounds. Nine decimals: see int_releases__tiktok_features.
select
    release_id,
    as_of_day,
    case when as_of_day > 0 then streams_day_0 end as vk_streams_day_0,
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
    round(ln(1 + views) - ln(1 + vk_streams_total), 9) as vk_tiktok_views_last_day_log_ratio,
    round(ln(1 + views_last_three_days) - ln(1 + vk_streams_total), 9) as vk_tiktok_views_last_three_days_log_ratio,
    round(ln(1 + views_earlier) - ln(1 + vk_streams_total), 9) as vk_tiktok_views_earlier_log_ratio,
    playlist_streams_total / nullif(vk_streams_total, 0) as vk_playlist_share,
    search_streams_total / nullif(vk_streams_total, 0) as vk_search_share,
    recommendation_streams_total / nullif(vk_streams_total, 0) as vk_recommendation_share,
    own_music_streams_total / nullif(vk_streams_total, 0) as vk_own_music_share,
    paid_streams_total / nullif(vk_streams_total, 0) as vk_paid_share,
    vk_delivered_days
from known
where as_of_day between 0 and {{ last_as_of_day() }}
