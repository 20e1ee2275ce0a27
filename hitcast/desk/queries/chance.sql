-- one row: the chance that a release's total lies from `lower` to below `upper`, between the levels of its distribution
-- below its first level lies nothing less than what is known, above its last at least that level's streams
with quantiles as (

    select
        level,
        streams
    from forecast_quantiles
    where release_id = $release_id and horizon_days = $horizon
    union all
    select
        1 as level,
        max(streams) as streams
    from forecast_quantiles
    where release_id = $release_id and horizon_days = $horizon

),

levels as (

    select
        quantiles.level,
        quantiles.streams,
        lag(quantiles.level, 1, 0) over (order by quantiles.level) as lower_level,
        lag(quantiles.streams, 1, coalesce(predictions.known_streams, 0)) over (order by quantiles.level)
            as lower_streams
    from quantiles
    inner join release_predictions as predictions
        on predictions.release_id = $release_id and predictions.horizon_days = $horizon
    where quantiles.streams is not null

)

select
    sum(
        (level - lower_level) * case
            when streams > lower_streams
                then
                    greatest(least(streams, $upper) - greatest(lower_streams, $lower), 0)
                    / nullif(streams - lower_streams, 0)
            else cast(streams >= $lower and streams < $upper as integer)
        end
    ) as chance,
    max(streams) as highest
from levels
