-- one row per release: what the artist's earlier releases had become by its release date
-- a view: release_features alone reads it, and writing its columns twice would cost more than computing them
{{ config(materialized='view') }}

with releases as (

    select * from {{ ref('releases') }}

),

targets as (

    select * from {{ ref('release_targets') }}
    where horizon_days = {{ var('class_horizon') }}

),

first_days as (

    select * from {{ ref('release_days') }}
    where day_number between 0 and 6

),

first_weeks as (

    select
        release_id,
        cast(sum(tiktok_views) as bigint) as first_week_views,
        case when count(vk_streams) = 7 then cast(sum(vk_streams) as bigint) end as first_week_streams
    from first_days
    group by release_id

),

-- an earlier release counts once its own window has passed; a reissue says nothing new
earlier_releases as (

    select
        releases.release_id,
        earlier.release_date as earlier_release_date,
        targets.training_streams as streams,
        first_weeks.first_week_views,
        first_weeks.first_week_streams,
        row_number() over (
            partition by releases.release_id order by earlier.release_date desc, earlier.release_id desc
        ) as recency_rank
    from releases
    inner join releases as earlier
        on
            releases.artist_id = earlier.artist_id
            and releases.release_date >= earlier.release_date + {{ var('class_horizon') }}
    inner join targets on earlier.release_id = targets.release_id
    left join first_weeks on earlier.release_id = first_weeks.release_id
    where
        not earlier.is_reissue
        and targets.training_streams is not null

),

aggregated as (

    select
        release_id,
        count(*) as release_count,
        -- nine decimals: see int_releases__tiktok_features
        round(cast(avg({{ exact('ln(1 + streams)') }}) as double), 9) as mean_log_streams,
        max(streams) as best_streams,
        max(streams) filter (where recency_rank = 1) as last_streams,
        max(first_week_views) filter (where recency_rank = 1) as last_first_week_views,
        round(cast(avg({{ exact('ln(1 + streams) - ln(1 + first_week_streams)') }}) as double), 9) as mean_log_growth,
        max(earlier_release_date) as last_release_date
    from earlier_releases
    group by release_id

)

select
    releases.release_id,
    coalesce(aggregated.release_count, 0) as artist_release_count,
    aggregated.mean_log_streams as artist_mean_log_streams,
    aggregated.best_streams as artist_best_streams,
    aggregated.last_streams as artist_last_streams,
    aggregated.last_first_week_views as artist_last_first_week_views,
    aggregated.mean_log_growth as artist_mean_log_growth,
    {{ days_since_release('releases.release_date', 'aggregated.last_release_date') }} as artist_days_since_last_release
from releases
left join aggregated on releases.release_id = aggregated.release_id
