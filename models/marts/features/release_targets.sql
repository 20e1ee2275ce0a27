-- one row per release and horizon; streams of days 0 to horizon - 1, null until every day of the window is loaded
with releases as (

    select * from {{ ref('releases') }}

),

release_days as (

    select * from {{ ref('release_days') }}
    where day_number >= 0

),

horizons as (

    {% for horizon in var('horizons') -%}
        select cast({{ horizon }} as integer) as horizon_days
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

windows as (

    select
        release_days.release_id,
        horizons.horizon_days,
        cast(sum(release_days.vk_streams) as bigint) as streams,
        count(case when release_days.vk_state = 'whole' then 1 end) as whole_days
    from release_days
    inner join horizons on release_days.day_number < horizons.horizon_days
    group by release_days.release_id, horizons.horizon_days

)

select
    releases.release_id,
    horizons.horizon_days,
    releases.release_date,
    releases.release_date + (horizons.horizon_days - 1) as window_end_date,
    case when windows.whole_days = horizons.horizon_days then windows.streams end as streams,
    releases.is_reissue,
    coalesce(windows.whole_days = horizons.horizon_days, false) as is_mature
from releases
cross join horizons
left join windows
    on
        releases.release_id = windows.release_id
        and horizons.horizon_days = windows.horizon_days
