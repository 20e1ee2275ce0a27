-- one row per portfolio of releases and horizon: the latest sum
with portfolios as (

    select * from {{ ref('stg_ml__portfolio_forecasts') }}

),

history as (

    select * from {{ ref('prediction_history') }}

),

runs as (

    select
        run_id,
        max(predicted_at) as predicted_at
    from history
    group by run_id

),

ranked as (

    select
        portfolios.*,
        runs.predicted_at,
        row_number() over (
            partition by
                portfolios.portfolio_kind,
                portfolios.portfolio_id,
                portfolios.release_month,
                portfolios.horizon_days
            order by portfolios.as_of_date desc, runs.predicted_at desc, portfolios.run_id desc
        ) as recency_rank,
        dense_rank() over (
            order by portfolios.as_of_date desc, runs.predicted_at desc, portfolios.run_id desc
        ) as run_rank
    from portfolios
    inner join runs on portfolios.run_id = runs.run_id

)

select
    portfolio_kind,
    portfolio_id,
    portfolio_name,
    release_month,
    horizon_days,
    as_of_date,
    release_count,
    final_count,
    unknown_count,
    known_streams,
    expected_streams,
    lower_80,
    upper_80,
    lower_90,
    upper_90,
    actual_streams,
    run_id,
    predicted_at
from ranked
where
    recency_rank = 1
    -- a month of release keeps its last sum; what is not of one month is of the latest run's releases
    and (release_month is not null or run_rank = 1)
