"""The questions that "How good is it" puts to the forecasts of the latest backtest."""

import pandas as pd

from dashboard.published import query

RATIOS = tuple(sorted({round(0.5 * step, 1) for step in range(1, 41)}))
"""Costs of a promotion in vain, in costs of a missed hit, that the cost curve is drawn over."""

CHOSEN = """
    with chosen as (
        from backtest_forecasts
        where task = $task
            and feature_set = $feature_set
            and as_of_day = $as_of_day
            and horizon_days = $horizon
    )
"""


def choices() -> pd.DataFrame:
    """Feature sets, as-of days and horizons of each task, in the order in which they are offered."""
    return query(
        """
        select
            task,
            list(distinct feature_set order by feature_set desc) as feature_sets,
            list(distinct as_of_day order by as_of_day desc) as as_of_days,
            list(distinct horizon_days order by horizon_days desc) as horizons
        from backtest_forecasts
        group by task
        """
    )


def errors_by_origin(**chosen: object) -> pd.DataFrame:
    """Error of the logs (RMSLE) of each model at each origin, and how many releases it rests on."""
    return query(
        CHOSEN
        + """
        select
            model_name,
            origin_date,
            sqrt(avg(pow(ln(1 + predicted_streams) - ln(1 + actual_streams), 2))) as rmsle,
            count(*) as release_count
        from chosen
        group by model_name, origin_date
        order by model_name, origin_date
        """,
        task="streams",
        **chosen,
    )


def errors_by_size(**chosen: object) -> pd.DataFrame:
    """Median absolute percentage error of each model by decade of true size."""
    return query(
        CHOSEN
        + """
        select
            model_name,
            cast(floor(log10(actual_streams)) as integer) as decade,
            median(abs(predicted_streams - actual_streams) / actual_streams) as median_error,
            count(*) as release_count
        from chosen
        where actual_streams > 0
        group by model_name, decade
        order by model_name, decade
        """,
        task="streams",
        **chosen,
    )


def coverage_by_size(**chosen: object) -> pd.DataFrame:
    """Share of actual totals inside the intervals, by decade of forecast size; a row a decade and level."""
    return query(
        CHOSEN
        + """
        select
            cast(floor(log10(greatest(predicted_streams, 1))) as integer) as decade,
            levels.level,
            avg(cast(actual_streams between
                if(levels.level = 80, lower_80, lower_90) and if(levels.level = 80, upper_80, upper_90) as double)
            ) as covered,
            count(*) as release_count
        from chosen
        cross join (values (80), (90)) as levels (level)
        where lower_80 is not null and lower_90 is not null
        group by decade, levels.level
        order by decade, levels.level
        """,
        task="streams",
        **chosen,
    )


def calibration(**chosen: object) -> pd.DataFrame:
    """Forecast chance of the top class against how often it came, by tenths of the chance."""
    return query(
        CHOSEN
        + """
        select
            model_name,
            cast(least(floor(probability_high * 10), 9) as integer) as tenth,
            avg(probability_high) as forecast_share,
            avg(cast(actual_class = 'high' as double)) as actual_share,
            count(*) as release_count
        from chosen
        where probability_high is not null
        group by model_name, tenth
        order by model_name, tenth
        """,
        task="classes",
        **chosen,
    )


def costs(ratio: float, model_name: str, **chosen: object) -> pd.DataFrame:
    """What each way to decide costs per 100 releases, in costs of a missed hit, at each cost ratio.

    The model promotes where its chance of the top class is at least r / (1 + r). Source: Elkan 2001. The log-linear
    class promotes what that class calls high, whatever the costs.

    Args:
        ratio: The reader's own ratio, which is measured beside the ones of the curve.
        model_name: The model of classes.
        chosen: Feature set, as-of day, horizon.
    """
    return query(
        CHOSEN
        + """
        , decisions as (
            select
                ratios.ratio,
                strategy,
                case strategy
                    when 'none' then false
                    when 'log_linear' then predicted_class = 'high'
                    else probability_high >= ratios.ratio / (1 + ratios.ratio)
                end as is_promoted,
                actual_class = 'high' as is_high
            from chosen
            cross join (select unnest(cast($ratios as double[])) as ratio) as ratios
            cross join (select unnest(['model', 'log_linear', 'none']) as strategy) as strategies
            where model_name = if(strategy = 'log_linear', 'log_linear', $model)
        )
        select
            strategy,
            ratio,
            100 * avg(case
                when is_promoted and not is_high then ratio when is_high and not is_promoted then 1 else 0
            end) as cost,
            count(*) filter (is_promoted) as promoted,
            count(*) filter (is_promoted and is_high) as hits,
            count(*) filter (is_high) as high_count,
            count(*) as release_count
        from decisions
        group by strategy, ratio
        order by strategy, ratio
        """,
        task="classes",
        model=model_name,
        ratios=tuple(sorted({*RATIOS, ratio})),
        **chosen,
    )


def live_errors() -> pd.DataFrame:
    """Live errors by month of release, the longest horizon first."""
    return query(
        """
        select release_month, task, horizon_days, as_of_day, model_name, metric_name, metric_value, release_count
        from model_performance
        where evaluation = 'live'
        order by task desc, metric_name, horizon_days desc, as_of_day desc, release_month
        """
    )


def board() -> pd.DataFrame:
    """Every metric of the latest backtest."""
    return query(
        """
        select task, model_name, feature_set, as_of_day, horizon_days, metric_name, metric_value, release_count
        from model_performance
        where evaluation = 'backtest'
        order by task desc, metric_name, feature_set desc, as_of_day desc, horizon_days desc, model_name
        """
    )
