"""A published file as publishing makes it, filled in SQL with releases that nobody released."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

PRESENT = datetime(2026, 3, 2, 6, 30, tzinfo=UTC)
"""The clock of tests that stop it."""
YESTERDAY = PRESENT.date() - timedelta(days=1)
HOSTILE = "<script>alert(1)</script> **x** [y](http://z)"

FORECASTS = """
    create table base as
    with numbered as (
        select
            place,
            printf('46070%08d', place) as release_id,
            ['Анна', 'Boris', 'Вольный Волк', 'Gora', 'Немой Снег', 'Zoya'][1 + place % 6] || ' ' || place
                as artist_name,
            ['Small hours', 'Вернись', 'Northern light', 'Танцуй'][1 + place % 4] as release_title,
            ['North', 'Полдень Music', 'Подвал Records'][1 + place % 3] as label_name,
            ['Pop', 'Hip-Hop', 'Rock', 'Electronic', 'Folk'][1 + place % 5] as genre,
            cast($through as date) - cast(place % $spread as integer) as release_date,
            pow(10, 2.2 + 3.3 * ((hash(place) % 1000)::integer) / 1000.0) as size
        from range(1, $releases + 1) as places (place)
    )
    select
        *,
        least(7, cast($through as date) - release_date + 1)::integer as as_of_day
    from numbered;

    create table prediction_history as
    select
        'run' || d as run_id,
        release_id,
        horizon_days,
        d::integer as as_of_day,
        release_date + d::integer as as_of_date,
        release_date + d::integer - 1 as data_through_date,
        'hitcast/3' as model_name,
        'tiktok_vk' as feature_set,
        case when predicted_streams >= 100000 then 'high' when predicted_streams >= 25000 then 'medium' else 'low' end
            as predicted_class,
        known_streams,
        predicted_streams,
        predicted_streams * 1.04 as expected_streams,
        known_streams + (predicted_streams - known_streams) * (0.4 + 0.05 * d) as lower_80,
        predicted_streams * (2.2 - 0.15 * d) as upper_80,
        known_streams + (predicted_streams - known_streams) * (0.3 + 0.05 * d) as lower_90,
        predicted_streams * (2.8 - 0.2 * d) as upper_90,
        0.9 * (1 - probability_high) as probability_low,
        0.1 * (1 - probability_high) as probability_medium,
        probability_high,
        cast(null as varchar) as refusal,
        case when release_date + horizon_days - 1 <= cast($through as date)
            then round(size * if(horizon_days = 14, 1, 1.6) * (0.8 + (hash(place + 7) % 100)::integer / 250.0))::bigint
        end as actual_streams,
        (release_date + d::integer)::timestamp + interval 3 hour as predicted_at
    from base
    cross join (values (14), (30)) as horizons (horizon_days)
    cross join range(1, 8) as days (d)
    cross join lateral (
        select size * if(horizon_days = 14, 1, 1.6) * (1 + ((hash(place * 10 + d) % 100)::integer - 50) / 60.0 / d)
    ) as forecasts (predicted_streams)
    cross join lateral (select round(size * 0.06 * d)::bigint) as knowns (known_streams)
    cross join lateral (select 1 / (1 + exp(-3 * (log10(size * 1.6) - 5)))) as chances (probability_high)
    where d <= as_of_day;

    create table release_predictions as
    select
        h.release_id, h.horizon_days::integer as horizon_days, artist_name, release_title, label_name, genre,
        release_date, h.as_of_day, h.predicted_streams, h.expected_streams,
        round(h.predicted_streams / 50000)::bigint * 50000 as predicted_streams_rounded,
        h.lower_80, h.upper_80, h.lower_90, h.upper_90, h.probability_low, h.probability_medium, h.probability_high,
        h.predicted_class, h.probability_high - (1 - h.probability_high) * 5 >= 0 as is_promotion_candidate,
        h.known_streams || ' VK streams in the first ' || h.as_of_day || ' days: +38 % – the genre is ' || genre
        || ': -4 %' as main_drivers,
        h.refusal, h.run_id, h.model_name, h.predicted_at, cast($through as date) as data_through_date,
        h.actual_streams,
        abs(h.predicted_streams - h.actual_streams) / nullif(h.actual_streams, 0) as absolute_percentage_error,
        h.probability_high - (1 - h.probability_high) * 5 as promotion_value,
        'прослушивания VK: ' || h.known_streams || ': +38 %' as main_drivers_ru,
        before.as_of_date as previous_as_of_date,
        before.predicted_streams as previous_predicted_streams,
        before.predicted_class as previous_predicted_class
    from prediction_history as h
    inner join base using (release_id, as_of_day)
    left join prediction_history as before
        on before.release_id = h.release_id
        and before.horizon_days = h.horizon_days
        and before.as_of_day = h.as_of_day - 1;

    create table prediction_drivers as
    select
        run_id, release_id, horizon_days, driver_kind, driver_rank::integer as driver_rank,
        'catalog' as feature_name, 'catalog' as feature_group, null::varchar as feature_description,
        label_name as feature_value, 0.3 as contribution, if(driver_kind = 'group', 0.35, null) as effect,
        if(driver_kind = 'base', 'the usual release: 2 K', 'the label is ' || label_name || ': +5 %') as reason,
        if(driver_kind = 'base', 'обычный релиз: 2 тыс.', 'лейбл: ' || label_name || ': +5 %') as reason_ru
    from release_predictions
    cross join (values ('group', 1), ('group', 2), ('group', 3), ('group', 4), ('base', 1))
        as kinds (driver_kind, driver_rank)
    where predicted_streams is not null;

    create table similar_releases as
    select
        run_id, release_id, horizon_days, place::integer as similarity_rank, 's' || place as similar_release_id,
        'Past artist' as artist_name, 'Song ' || place as release_title, 'North' as label_name, 'Pop' as genre,
        date '2021-03-05' as release_date, place / 10.0 as distance, 1000 * place * horizon_days as streams
    from release_predictions
    cross join range(1, 6) as places (place)
    where predicted_streams is not null
"""
BACKTEST = """
    create table backtest_forecasts as
    with cases as (
        select
            place, origin_date, feature_set, as_of_day, horizon_days,
            round(pow(10, 2 + 4 * ((hash(place) % 1000)::integer) / 1000.0) * if(horizon_days = 14, 1, 1.6))::bigint
                as actual_streams,
            ((hash(place * 31 + as_of_day) % 1000)::integer) / 1000.0 - 0.5 as slip
        from range($tested) as places (place)
        cross join (values ('tiktok'), ('tiktok_vk')) as sets (feature_set)
        cross join (values (1), (3), (7)) as days (as_of_day)
        cross join (values (14), (30)) as horizons (horizon_days)
        cross join lateral (select (date '2025-01-01' + to_months(3 * (place % 5)::integer))::date) as o (origin_date)
    ), classed as (
        select
            *,
            case when actual_streams >= 100000 then 'high' when actual_streams >= 25000 then 'medium' else 'low' end
                as actual_class
        from cases
    ), streams as (
        select
            *, actual_streams * exp(slip * if(model_name = 'hitcast', 0.9, 1.5) * (9 - as_of_day) / 3.0) as forecast
        from classed
        cross join (values ('hitcast'), ('log_linear')) as models (model_name)
    )
    select
        'streams' as task, model_name, feature_set, as_of_day, horizon_days, origin_date,
        'b' || place as release_id, actual_streams, forecast as predicted_streams,
        if(model_name = 'hitcast', forecast * exp(-0.12 * (9 - as_of_day)), null) as lower_80,
        if(model_name = 'hitcast', forecast * exp(0.12 * (9 - as_of_day)), null) as upper_80,
        if(model_name = 'hitcast', forecast * exp(-0.135 * (9 - as_of_day)), null) as lower_90,
        if(model_name = 'hitcast', forecast * exp(0.135 * (9 - as_of_day)), null) as upper_90,
        actual_class, cast(null as varchar) as predicted_class, cast(null as double) as probability_high
    from streams
    union all
    select
        'classes', model_name, feature_set, as_of_day, horizon_days, origin_date, 'b' || place, actual_streams,
        null, null, null, null, null, actual_class, if(chance >= 0.5, 'high', 'low'), chance
    from classed
    cross join (values ('hitcast'), ('log_linear')) as models (model_name)
    cross join lateral (
        select 1 / (1 + exp(-if(model_name = 'hitcast', 8, 3) * (log10(actual_streams) - 5 + slip)))
    ) as chances (chance)
    where horizon_days = 30;

    create table model_performance as
    select
        'backtest' as evaluation, cast(null as date) as release_month, task, feature_set, model_name, as_of_day,
        horizon_days, 'rmsle' as metric_name, 0.2 as metric_value, count(*) as release_count
    from backtest_forecasts
    group by all
    union all
    select
        'live', (date_trunc('month', cast($through as date)) - to_months(m::integer))::date, 'streams', 'tiktok_vk',
        'hitcast/3', 7, h, 'rmsle', 0.2 + 0.01 * m, 100 + m
    from range(1, 5) as months (m)
    cross join (values (14), (30)) as horizons (h)
"""
REST = """
    create table feature_drift as
    select
        'hitcast/3' as model_name, name as feature_name, index_value as stability_index, 0.25 as index_limit,
        is_main, 120::bigint as recent_release_count, cast($published as timestamp) as computed_at
    from (values
        ('vk_streams_total', 0.31, true), ('tiktok_views_total', 0.12, true), ('artist_best_streams', 0.04, true),
        ('track_count', 0.4, false)
    ) as features (name, index_value, is_main);

    create table delivered_days as
    select
        raw_table,
        (cast($through as date) - d::integer)::date as delivered_day,
        not missing as is_delivered,
        if(not missing, (5000 + (hash(d) % 2000)::integer)::bigint, 0) as row_count,
        if(not missing, (cast($through as date) - d::integer)::timestamp + interval 30 hour, null) as delivered_at
    from range(0, 400) as days (d)
    cross join (values ('tiktok_sound_days'), ('vk_stream_days')) as tables (raw_table)
    cross join lateral (select raw_table = 'vk_stream_days' and d in (10, 11, 40)) as gaps (missing);

    create table rejected_rows as
    select * from (values
        ('vk_stream_days', 'vk_2026-01.csv', 'streams is not a number', 12::bigint, cast($published as timestamp)),
        ('vk_stream_days', 'vk_2026-02.csv', 'streams is not a number', 3::bigint, cast($published as timestamp)),
        ('tiktok_sound_days', '=evil().csv', 'isrc is missing', 40::bigint, cast($published as timestamp))
    ) as rejects (raw_table, file_name, reason, row_count, delivered_at);

    create table stream_classes as
    select * from (values ('low', 0::bigint), ('medium', 25000), ('high', 100000)) as c (stream_class, minimum_streams);
    create table promotion_costs as select 5.0::double as false_positive_cost, 1.0::double as false_negative_cost
"""
TABLES = (
    "release_predictions",
    "prediction_history",
    "prediction_drivers",
    "similar_releases",
    "model_performance",
    "backtest_forecasts",
    "feature_drift",
    "delivered_days",
    "rejected_rows",
    "stream_classes",
    "promotion_costs",
)


def publish(
    file: Path,
    releases: int = 60,
    spread: int = 45,
    tested: int = 200,
    present: datetime = PRESENT,
    days_old: int = 1,
    hours_old: int = 0,
    changes: tuple[str, ...] = (),
) -> None:
    """Writes a published file beside its place and puts it there, as publishing does.

    Args:
        file: Its place.
        releases: How many releases are forecast.
        spread: Days over which they came out, the last one being the last day of data.
        tested: Releases of the backtest.
        present: The clock, with its zone.
        days_old: Days since the last day of data.
        hours_old: Hours since the publication.
        changes: SQL run before the file is put in place.
    """
    through = present.date() - timedelta(days=days_old)
    published_at = present.replace(tzinfo=None, microsecond=0) - timedelta(hours=hours_old)
    incoming = file.with_name(f".{file.name}.incoming")
    incoming.unlink(missing_ok=True)
    values = {
        "through": through,
        "published": published_at,
        "releases": releases,
        "spread": spread,
        "tested": tested,
    }
    with duckdb.connect(str(incoming)) as connection:
        for statement in ";".join((FORECASTS, BACKTEST, REST)).split(";"):
            used = {name: value for name, value in values.items() if f"${name}" in statement}
            connection.execute(statement, used)
        connection.execute("drop table base")
        for change in changes:
            connection.execute(change)
        connection.execute(
            "create table publish_info (table_name varchar, row_count bigint, data_through_date date, "
            "published_at timestamp, run_id varchar, model_name varchar, previous_published_at timestamp)"
        )
        for name in TABLES:
            count = connection.table(name).shape[0]
            row = [name, count, through, published_at, "run7", "hitcast/3", published_at - timedelta(days=1)]
            connection.execute("insert into publish_info values (?, ?, ?, ?, ?, ?, ?)", row)
    incoming.replace(file)
