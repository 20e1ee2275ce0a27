-- one row per release and day since release: the path of the latest forecast, beside what came of it
with trajectories as (

    select * from {{ ref('stg_ml__trajectories') }}

),

predictions as (

    select * from {{ ref('release_predictions') }}

),

release_days as (

    select * from {{ ref('release_days') }}
    where day_number >= 0

),

-- windows that had ended keep an earlier day: the forecast of the longest knows most
ranked as (

    select
        release_id,
        run_id,
        row_number() over (
            partition by release_id order by as_of_day desc, predicted_at desc, horizon_days desc
        ) as recency_rank
    from predictions

),

counted as (

    select
        release_id,
        day_number + 1 as days_since_release,
        sum(vk_streams) over (partition by release_id order by day_number) as streams,
        sum(case when vk_state = 'whole' then 1 else 0 end) over (
            partition by release_id order by day_number
        ) as whole_days
    from release_days

)

select
    trajectories.release_id,
    trajectories.days_since_release,
    trajectories.as_of_day,
    trajectories.predicted_streams,
    trajectories.lower_80,
    trajectories.upper_80,
    trajectories.lower_90,
    trajectories.upper_90,
    trajectories.joint_lower_80,
    trajectories.joint_upper_80,
    case when counted.whole_days = counted.days_since_release then cast(counted.streams as bigint) end
        as actual_streams,
    trajectories.run_id
from trajectories
inner join ranked
    on
        trajectories.release_id = ranked.release_id
        and trajectories.run_id = ranked.run_id
        and ranked.recency_rank = 1
left join counted
    on
        trajectories.release_id = counted.release_id
        and trajectories.days_since_release = counted.days_since_release
