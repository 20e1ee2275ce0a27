-- one row per month of a label's or an artist's releases: the sum of their forecasts, the latest first
select *
from portfolio_forecasts
where
    portfolio_kind = $kind
    and portfolio_id = $key
    and horizon_days = $horizon
qualify row_number() over (partition by release_month order by as_of_date desc, predicted_at desc) = 1
order by release_month desc
limit 18
