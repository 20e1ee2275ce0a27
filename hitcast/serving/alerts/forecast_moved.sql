-- one row per open release and horizon whose forecast moved, or crossed a class, in a scoring run
select
    concat_ws('|', latest.release_id, latest.horizon_days, latest.run_id) as key,
    latest.release_id,
    latest.artist_name,
    latest.release_title,
    latest.release_date,
    latest.horizon_days,
    latest.as_of_day,
    latest.predicted_streams,
    earlier.predicted_streams as previous_predicted_streams,
    latest.predicted_class,
    earlier.predicted_class as previous_predicted_class
from release_predictions as latest
inner join earlier
    on
        latest.release_id = earlier.release_id
        and latest.horizon_days = earlier.horizon_days
where
    latest.actual_streams is null
    and latest.predicted_streams is not null
    and earlier.predicted_streams is not null
    and (
        latest.predicted_class <> earlier.predicted_class
        or (
            latest.predicted_streams <> earlier.predicted_streams
            and abs(latest.predicted_streams - earlier.predicted_streams) >= $threshold * earlier.predicted_streams
        )
    )
order by
    abs(ln(1 + latest.predicted_streams) - ln(1 + earlier.predicted_streams)) desc,
    latest.release_id,
    latest.horizon_days
