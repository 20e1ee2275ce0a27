-- one row per release and horizon: the forecast that was published before
with publication as (

    select
        max(previous_published_at) as previous_published_at,
        max(previous_run_id) as previous_run_id
    from publish_info

),

-- what a channel was last sent, where that is older: no move between is lost
baseline as (

    select
        least(cast($sent_through as timestamp), previous_published_at) as published_at,
        case
            when previous_published_at is null or cast($sent_through as timestamp) < previous_published_at
                then cast($sent_run_id as varchar)
            else previous_run_id
        end as run_id
    from publication

)

select history.*
from prediction_history as history
cross join baseline
-- `predict` on the same data writes the published run again, under a later time
where history.predicted_at <= baseline.published_at or history.run_id = baseline.run_id
qualify row_number() over (
    partition by history.release_id, history.horizon_days
    order by history.as_of_date desc, history.predicted_at desc, history.run_id desc
) = 1
