-- one row per open release and platform with a day far above the same day of the artist's earlier releases
with horizon as (

    select
        max(release_predictions.horizon_days) as longest_horizon_days,
        (select max(data_through_date) from publish_info) as data_through_date
    from release_predictions

),

platform_days as (

    select release_id, day_number, day, 'vk' as platform, vk_streams as day_count from release_days
    union all
    select release_id, day_number, day, 'tiktok' as platform, tiktok_views as day_count from release_days

),

days as (

    select
        platform_days.*,
        releases.artist_id,
        releases.release_date
    from platform_days
    inner join releases on platform_days.release_id = releases.release_id
    cross join horizon
    where
        platform_days.day_number >= 0
        and platform_days.day_number < horizon.longest_horizon_days
        and platform_days.day_count is not null
        and not releases.is_reissue

),

-- what is much for this label on this platform, whatever its size
large as (

    select
        platform,
        greatest(quantile_disc(day_count, 0.95), 100) as least_count
    from days
    group by platform

),

compared as (

    select
        days.release_id,
        days.platform,
        days.day_number,
        days.day,
        days.day_count,
        median(past.day_count) as usual_count,
        count(*) as earlier_release_count
    from days
    inner join large on days.platform = large.platform
    cross join horizon
    inner join days as past
        on
            days.artist_id = past.artist_id
            and days.platform = past.platform
            and days.day_number = past.day_number
            and days.release_date > past.release_date
    where
        days.day_count >= large.least_count
        and days.release_date + horizon.longest_horizon_days > horizon.data_through_date
    group by days.release_id, days.platform, days.day_number, days.day, days.day_count
    having
        count(*) >= 3
        and days.day_count >= 5 * median(past.day_count)
        and days.day_count > max(past.day_count)

),

-- alerted again only where it becomes four times as much
stepped as (

    select
        *,
        case when day_count >= 20 * usual_count then 20 else 5 end as times_usual
    from compared

),

spikes as (

    select * from stepped
    qualify row_number() over (partition by release_id, platform order by times_usual desc, day_number) = 1

)

select
    concat_ws('|', spikes.release_id, spikes.platform, spikes.times_usual) as key,
    spikes.release_id,
    releases.artist_name,
    releases.release_title,
    releases.release_date,
    spikes.platform,
    spikes.day_number,
    spikes.day,
    spikes.day_count,
    spikes.usual_count,
    spikes.earlier_release_count,
    spikes.times_usual
from spikes
inner join releases on spikes.release_id = releases.release_id
cross join horizon
where spikes.day > horizon.data_through_date - cast($max_age_days as integer)
order by spikes.day_count / (1 + spikes.usual_count) desc, key
