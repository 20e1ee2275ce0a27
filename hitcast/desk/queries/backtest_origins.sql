-- one row per origin of the latest backtest: what was tested at one as-of day
select
    forecasts.origin_date,
    coalesce(bool_or(origins.is_untouched), false) as is_untouched,
    count(distinct forecasts.release_id) as release_count,
    min(releases.release_date) as first_date,
    max(releases.release_date) as last_date,
    count(distinct forecasts.release_id) filter (where forecasts.actual_class = 'low') as low_count,
    count(distinct forecasts.release_id) filter (where forecasts.actual_class = 'medium') as medium_count,
    count(distinct forecasts.release_id) filter (where forecasts.actual_class = 'high') as high_count
from backtest_forecasts as forecasts
left join releases on forecasts.release_id = releases.release_id
left join backtest_groups as origins
    on origins.group_kind = 'origin' and origins.group_name = cast(forecasts.origin_date as varchar)
where forecasts.as_of_day = $as_of_day
group by forecasts.origin_date
order by forecasts.origin_date
