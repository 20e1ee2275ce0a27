-- one row per state of a release in the catalog, with how many there are: open, ended, ahead, reissue or without forecast
with states as (

    select
        case
            when forecasts.is_open and forecasts.verdict <> 'unknown' then 'open'
            when releases.is_reissue then 'reissue'
            when releases.release_date + settings.class_horizon - 1 <= settings.through then 'ended'
            when releases.release_date > settings.through then 'ahead'
            else 'without_forecast'
        end as state
    from releases
    cross join settings
    left join forecasts($horizon, $needed) as forecasts on releases.release_id = forecasts.release_id

)

select
    state,
    count(*) as release_count
from states
group by state
