-- one row: the latest backtest, and how many releases it tested; none before the first
select
    run_id,
    max(evaluated_at) as evaluated_at,
    (select count(distinct release_id) from backtest_forecasts) as release_count
from backtest_groups
group by run_id
