-- one row per task, cut, model and metric of the latest backtest; a metric of a size is of totals from 10^size on
with backtest as (

    select
        *,
        regexp_replace(metric_name, '_untouched$', '') as whole_name
    from model_performance
    where evaluation = 'backtest' and task in ('streams', 'classes')

)

select
    task,
    feature_set,
    model_name,
    as_of_day,
    horizon_days,
    metric_name <> whole_name as is_untouched,
    regexp_replace(whole_name, '_(decade|bucket)_[0-9]+$', '') as metric,
    coalesce(regexp_extract(whole_name, '_(decade|bucket)_[0-9]+$', 1), '') as size_kind,
    cast(coalesce(nullif(regexp_extract(whole_name, '_(decade|bucket)_([0-9]+)$', 2), ''), '0') as integer) as size,
    metric_value,
    release_count
from backtest
order by horizon_days, as_of_day, feature_set desc, size, model_name
