-- one row: the analyzed territory's backtest that was evaluated last; none before the first
{{ config(materialized='view') }}

with metrics as (

    select * from {{ ref('stg_ml__backtest_metrics') }}

),

runs as (

    select
        run_id,
        row_number() over (order by max(evaluated_at) desc, run_id desc) as recency_rank
    from metrics
    where coalesce(territory, '{{ var("territory") }}') = '{{ var("territory") }}'
    group by run_id

)

select run_id
from runs
where recency_rank = 1
