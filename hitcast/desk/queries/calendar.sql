-- one row per release that came out in the last days or is announced for the next, by day, and of one page
select
    cast(date_trunc('week', releases.release_date) as date) as week,
    releases.release_id,
    releases.artist_id,
    releases.artist_name,
    releases.release_title,
    releases.label_name,
    releases.genre,
    releases.release_type,
    releases.release_date,
    releases.release_date > settings.through as is_ahead,
    forecasts.verdict,
    forecasts.as_of_day,
    forecasts.predicted_streams,
    forecasts.lower_80,
    forecasts.upper_80,
    teasers.views as teaser_views,
    coalesce(past.earlier_count, 0) as earlier_count,
    past.best_streams,
    count(*) over () as match_count,
    count(*) over (partition by date_trunc('week', releases.release_date)) as week_count
from releases
cross join settings
left join forecasts($horizon, $needed) as forecasts on releases.release_id = forecasts.release_id
left join (
    select
        release_id,
        sum(tiktok_views) as views
    from release_days
    where day_number < 0
    group by release_id
) as teasers on releases.release_id = teasers.release_id
left join (
    select
        catalog.release_id,
        count(*) over before_it as earlier_count,
        max(outcomes.streams) over before_it as best_streams
    from releases as catalog
    left join outcomes on catalog.release_id = outcomes.release_id
    where catalog.artist_id is not null
    window before_it as (
        partition by catalog.artist_id
        order by catalog.release_date
        range between unbounded preceding and interval 1 day preceding
    )
) as past on releases.release_id = past.release_id
where
    releases.release_date > settings.through - cast($days_back as integer)
    and releases.release_date <= settings.through + cast($days_ahead as integer)
    and not releases.is_reissue
order by releases.release_date, releases.artist_name, releases.release_id
limit $limit offset $offset
