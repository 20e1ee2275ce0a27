-- one row per open release, the one with most streams still to come first: what a plan goes by without a campaign log
with open_releases as (
    select
        *,
        max(horizon_days) over () as longest_horizon
    from release_predictions
    -- a window with a day that never came has no total, but it ends too
    where
        actual_streams is null
        and predicted_streams is not null
        and release_date + horizon_days - 1 > data_through_date
),

recent as (
    select
        release_id,
        vk_streams,
        row_number() over (partition by release_id order by day_number desc) as days_back
    from release_days
    where vk_state = 'whole' and day_number >= 0
),

growth as (
    select
        release_id,
        avg(vk_streams) filter (where days_back <= 3)
        / nullif(avg(vk_streams) filter (where days_back between 4 and 6), 0) - 1 as growth
    from recent
    group by release_id
)

select
    open_releases.release_id,
    open_releases.artist_name,
    open_releases.release_title,
    open_releases.as_of_day,
    open_releases.predicted_streams * open_releases.share_to_come as streams_to_come,
    growth.growth
from open_releases
left join growth on open_releases.release_id = growth.release_id
where open_releases.horizon_days = open_releases.longest_horizon
order by streams_to_come desc, open_releases.release_id
