-- one row per open release whose forecast moved since the day before, beside its last two whole days
with moved as (

    select *
    from forecasts($horizon, $needed)
    where has_moved
    order by abs(predicted_streams - previous_predicted_streams) desc, release_id asc
    limit 8

),

recent as (

    select
        days.release_id,
        days.day,
        days.vk_streams,
        days.tiktok_views,
        lag(days.vk_streams) over by_release as streams_before,
        lag(days.tiktok_views) over by_release as views_before,
        row_number() over (partition by days.release_id order by days.day desc) as days_back
    from release_days as days
    inner join moved on days.release_id = moved.release_id
    where days.vk_state = 'whole' and days.day_number >= 0
    window by_release as (partition by days.release_id order by days.day)

)

select
    moved.*,
    recent.day as last_day,
    recent.vk_streams as last_streams,
    recent.streams_before,
    recent.tiktok_views as last_views,
    recent.views_before
from moved
left join recent on moved.release_id = recent.release_id and recent.days_back = 1
order by abs(moved.predicted_streams - moved.previous_predicted_streams) desc, moved.release_id asc
