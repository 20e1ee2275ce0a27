-- one row per release and day of its window: what is known of it
select
    release_id,
    day_number,
    day,
    vk_streams,
    vk_state,
    tiktok_views,
    tiktok_creations,
    tiktok_pgc_views,
    tiktok_state,
    sum(vk_landed_streams) over (
        partition by release_id order by day_number rows between unbounded preceding and current row
    ) as streams_so_far
from release_days
where list_contains(cast($releases as varchar[]), release_id) and day_number between $first_day and $last_day
order by release_id, day_number
