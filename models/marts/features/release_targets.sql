-- one row per release and horizon; streams of days 0 to horizon - 1, null until every day of the window is loaded
-- beside them the streams to train on, where a few days that VK did not deliver are estimated
with releases as (

    select * from {{ ref('releases') }}

),

training_days as (

    select * from {{ ref('training_days') }}

),

horizons as (

    {% for horizon in var('horizons') -%}
        select cast({{ horizon }} as integer) as horizon_days
        {{ 'union all' if not loop.last }}
    {% endfor %}

),

windows as (

    select
        training_days.release_id,
        horizons.horizon_days,
        cast(sum(training_days.vk_streams) as bigint) as streams,
        count(case when training_days.is_estimated then 1 end) as missing_days,
        count(case when training_days.day_number = 0 and training_days.is_estimated then 1 end) as missing_first_days
    from training_days
    inner join horizons on training_days.day_number < horizons.horizon_days
    group by training_days.release_id, horizons.horizon_days
    -- else the window has not ended, or none of its days is known
    having count(*) = horizons.horizon_days

)

select
    releases.release_id,
    horizons.horizon_days,
    releases.release_date,
    releases.release_date + (horizons.horizon_days - 1) as window_end_date,
    case when windows.missing_days = 0 then windows.streams end as streams,
    -- the days after it hardly tell the first day
    case
        when
            windows.missing_days <= {{ max_estimated_days('horizons.horizon_days') }}
            and windows.missing_first_days = 0
            then windows.streams
    end as training_streams,
    cast(windows.missing_days as integer) as missing_days,
    releases.is_reissue,
    coalesce(windows.missing_days = 0, false) as is_mature
from releases
cross join horizons
left join windows
    on
        releases.release_id = windows.release_id
        and horizons.horizon_days = windows.horizon_days
