-- a publication of releases that nobody released; parameters: through, published, releases, spread, tested, and the
-- table `levels` of quantiles with their standard normal score. Tables of the world are made from the contracts before.

create temp table shape as
select
    day_number::integer as day_number,
    (exp(-day_number / 12.0) - exp(-(day_number + 1) / 12.0)) / (1 - exp(-30 / 12.0)) as share
from range(0, 30) as days (day_number);

create temp table current_releases as
select
    place,
    printf('46070%08d', place) as release_id,
    cast($through as date) + 7 - cast(place % $spread as integer) as release_date,
    -- some that are advised to be promoted
    if(place % 10 = 8, 190000, pow(10, 2.4 + 3.2 * (hash(place) % 1000)::integer / 1000.0)) as size,
    place % 20 = 7 as is_refused,
    place % 11 = 3 as is_late,
    place % 13 = 5 as is_moved
from range(1, $releases + 1) as places (place);

create temp table past_releases as
select
    place,
    printf('46060%08d', place) as release_id,
    cast($through as date) - 60 - cast(place % 300 as integer) as release_date,
    pow(10, 2 + 4 * (hash(place) % 1000)::integer / 1000.0) as size,
    false as is_refused,
    false as is_late,
    false as is_moved
from range(1, $tested + 1) as places (place);

create temp table everything as
select *, greatest(1, $releases // 3) as artists from current_releases
union all
select *, greatest(1, $releases // 3) as artists from past_releases
union all
-- announced for later than anything is forecast for
select
    90000000 + place, printf('46079%08d', place), cast($through as date) + 20 + place::integer, 1000, false, false,
    false, greatest(1, $releases // 3)
from range(1, 4) as places (place);

insert into releases by name
select
    release_id,
    printf('A%05d', place % artists) as artist_id,
    release_date,
    ['Small hours', 'Вернись', 'Northern light', 'Танцуй'][1 + place % 4] || ' ' || place as release_title,
    ['Анна', 'Boris', 'Вольный Волк', 'Gora', 'Немой Снег', 'Zoya'][1 + place % artists % 6] || ' ' || place % artists
        as artist_name,
    ['North', 'Полдень Music', 'Подвал Records'][1 + place % 3] as label_name,
    ['Pop', 'Hip-Hop', 'Rock', 'Electronic', 'Folk'][1 + place % 5] as genre,
    ['single', 'ep', 'album'][1 + place % 3] as release_type,
    1 + place % 12 as track_count,
    1 + place % 12 as new_track_count,
    180 as mean_duration_seconds,
    0.1 as explicit_share,
    false as is_reissue,
    release_date - if(is_moved, 3, 0) as catalog_release_date,
    is_moved as is_date_moved
from everything;

insert into release_days by name
with days as (
    select
        *,
        release_date + day_number as day,
        case
            when is_late and day_number = 2 then 'missing'
            when is_late and day_number = 3 then 'partial'
            else 'whole'
        end as vk_state,
        coalesce(round(size * share), 0)::bigint as streams,
        round(40 * size * exp(-abs(day_number) / 5.0) / 30)::bigint as views
    from everything
    cross join (
        select day_number, share from shape
        union all
        select day_number::integer, null from range(-14, 0) as before (day_number)
    ) as window_days
    where release_date + day_number <= cast($through as date)
)
select
    release_id, day_number, day, views as tiktok_views, views // 500 as tiktok_creations, views // 20 as tiktok_likes,
    views // 90 as tiktok_comments, views // 120 as tiktok_shares, views // 60 as tiktok_favorites,
    views // 4 as tiktok_pgc_views, views // 3000 as tiktok_pgc_creations,
    views // 900 as tiktok_largest_sound_creations, 1 + views // 9000 as tiktok_active_sounds,
    views * 6.5 as tiktok_play_seconds, views as tiktok_timed_views, 9000000 as tiktok_platform_views,
    90000 as tiktok_platform_creations,
    if(vk_state = 'whole', streams, null) as vk_streams,
    if(vk_state = 'whole', streams // 3, null) as vk_playlist_streams,
    if(vk_state = 'whole', streams // 6, null) as vk_search_streams,
    if(vk_state = 'whole', streams // 6, null) as vk_recommendation_streams,
    if(vk_state = 'whole', streams // 6, null) as vk_own_music_streams,
    if(vk_state = 'whole', streams // 4, null) as vk_paid_streams,
    case vk_state when 'whole' then streams when 'partial' then streams // 2 end as vk_landed_streams,
    'whole' as tiktok_state,
    vk_state
from days;

-- what was known on the morning of each as-of day, and what comes of it
create temp table mornings as
with known as (
    select
        release_id,
        day_number + 1 as as_of_day,
        sum(vk_landed_streams) over by_release as known_streams,
        sum(if(vk_state = 'whole', 0, 1)) over by_release as missing_days
    from release_days
    where day_number >= 0
    window by_release as (partition by release_id order by day_number rows between unbounded preceding and current row)
    union all
    select release_id, 0, null, 0 from current_releases
), totals as (
    select release_id, 14 as horizon_days, known_streams, missing_days from known where as_of_day = 14
    union all
    select release_id, 30, known_streams, missing_days from known where as_of_day = 30
)
select
    current_releases.*,
    horizons.horizon_days,
    known.as_of_day,
    known.known_streams,
    known.missing_days,
    if(totals.missing_days = 0, totals.known_streams, null)::bigint as actual_streams,
    coalesce(known.known_streams, 0) + greatest(1,
        (size * horizons.part - coalesce(known.known_streams, 0))
        * (1 + ((hash(place * 40 + known.as_of_day) % 100)::integer - 50) / 60.0 / sqrt(known.as_of_day + 1))
    ) as predicted_streams,
    0.9 / pow(known.as_of_day + 1, 0.6) as spread
from current_releases
inner join known on current_releases.release_id = known.release_id
cross join (values (14, 0.75), (30, 1.0)) as horizons (horizon_days, part)
left join totals on known.release_id = totals.release_id and horizons.horizon_days = totals.horizon_days
where
    known.as_of_day < horizons.horizon_days
    and known.as_of_day
    > least(14, cast($through as date) - current_releases.release_date + 1) - 6
    and known.as_of_day <= greatest(0, cast($through as date) - current_releases.release_date + 1);

create temp table chances as
select
    release_id, as_of_day,
    case
        when known_streams >= 100000 then 1
        else 1 / (1 + exp(1.702 * ln((100000 - coalesce(known_streams, 0)) / (predicted_streams - coalesce(known_streams, 0))) / spread))
    end as probability_high
from mornings
where horizon_days = 30;

insert into prediction_history by name
select
    'run ' || (release_date + as_of_day) as run_id,
    release_id, horizon_days, as_of_day,
    release_date + as_of_day as as_of_date,
    release_date + as_of_day - 1 as data_through_date,
    'hitcast/3' as model_name,
    if(is_refused, null, 'tiktok_vk') as feature_set,
    case
        when is_refused then null when chance >= 0.5 then 'high' when predicted_streams >= 25000 then 'medium' else 'low'
    end as predicted_class,
    known_streams::bigint as known_streams,
    if(is_refused, null, predicted_streams) as predicted_streams,
    if(is_refused, null, predicted_streams + 0.04 * remainder) as expected_streams,
    if(is_refused, null, known + remainder * exp(-1.2816 * spread)) as lower_80,
    if(is_refused, null, known + remainder * exp(1.2816 * spread)) as upper_80,
    if(is_refused, null, known + remainder * exp(-1.6449 * spread)) as lower_90,
    if(is_refused, null, known + remainder * exp(1.6449 * spread)) as upper_90,
    if(is_refused, null, 0.9 * (1 - chance)) as probability_low,
    if(is_refused, null, 0.1 * (1 - chance)) as probability_medium,
    if(is_refused, null, chance) as probability_high,
    if(is_refused, 'not enough data: more than half of the days since the release are missing', null) as refusal,
    actual_streams,
    (release_date + as_of_day)::timestamp + interval 3 hour as predicted_at,
    as_of_day - missing_days as vk_days_known,
    as_of_day as tiktok_days_known,
    missing_days,
    if(missing_days > 0, 'VK: ' || missing_days || ' days are missing', null) as data_note,
    if(missing_days > 0, 'VK: нет дней: ' || missing_days, null) as data_note_ru
from mornings
inner join (select release_id, as_of_day, probability_high as chance from chances) as chances
    using (release_id, as_of_day)
cross join lateral (
    select coalesce(known_streams, 0) as known, predicted_streams - coalesce(known_streams, 0) as remainder
) as parts;

insert into prediction_drivers by name
select
    run_id, release_id, horizon_days, driver_kind, driver_rank, driver as feature_name, driver as feature_group,
    null as feature_description, label_name as feature_value, contribution,
    if(driver_kind = 'group', exp(contribution) - 1, null) as effect,
    case driver
        when 'usual' then 'the usual release of that day: 2 K'
        when 'level' then coalesce(known_streams, 0) || ' VK streams so far: +38 %'
        when 'tiktok' then '12.3 K TikTok views: +14 %'
        else 'the label is ' || label_name || ': -9 %'
    end as reason,
    case driver
        when 'usual' then 'обычный релиз в этот день: 2 тыс.'
        when 'level' then 'прослушивания VK: ' || coalesce(known_streams, 0) || ': +38 %'
        when 'tiktok' then 'просмотры TikTok: 12,3 тыс.: +14 %'
        else 'лейбл: ' || label_name || ': -9 %'
    end as reason_ru
from (
    select prediction_history.*, releases.label_name
    from prediction_history
    inner join releases using (release_id)
    where predicted_streams is not null
    qualify row_number() over (partition by release_id, horizon_days order by as_of_day desc) = 1
) as latest
cross join (values
    ('base', 1, 'usual', 7.6), ('group', 1, 'level', 0.32), ('group', 2, 'tiktok', 0.13), ('group', 3, 'catalog', -0.09)
) as kinds (driver_kind, driver_rank, driver, contribution);

insert into release_predictions by name
with latest as (
    select * from prediction_history
    qualify row_number() over (partition by release_id, horizon_days order by as_of_day desc) = 1
), reasons as (
    select
        release_id, horizon_days, string_agg(reason, '; ' order by driver_rank) as main_drivers,
        string_agg(reason_ru, '; ' order by driver_rank) as main_drivers_ru
    from prediction_drivers
    where driver_kind = 'group'
    group by release_id, horizon_days
), verdicts as (
    select
        release_id,
        case
            when actual_streams is not null or release_date + 29 <= cast($through as date) then 'closed'
            when predicted_streams is null then 'unknown'
            when known_streams >= 100000 then 'hit'
            when probability_high >= 5 / 6 then 'promote'
            when probability_high >= 5 / 24 then 'watch'
            else 'leave'
        end as verdict
    from latest
    inner join releases using (release_id)
    where horizon_days = 30
)
select
    latest.* exclude (data_through_date, feature_set, as_of_date),
    artist_name, release_title, label_name, genre, release_date,
    round(latest.predicted_streams / 50000) * 50000 as predicted_streams_rounded,
    latest.probability_high - (1 - latest.probability_high) * 5 as promotion_value,
    verdict = 'promote' and latest.actual_streams is null as is_promotion_candidate,
    coalesce(main_drivers, latest.refusal) as main_drivers,
    coalesce(main_drivers_ru, latest.refusal) as main_drivers_ru,
    before.as_of_date as previous_as_of_date,
    before.predicted_streams as previous_predicted_streams,
    before.predicted_class as previous_predicted_class,
    cast($through as date) as data_through_date,
    abs(latest.predicted_streams - latest.actual_streams) / nullif(latest.actual_streams, 0)
        as absolute_percentage_error,
    latest.actual_streams is not null as is_final,
    catalog_release_date, is_date_moved,
    case
        when latest.predicted_streams > 0
            then greatest(0, 1 - coalesce(latest.known_streams, 0) / latest.predicted_streams)
        when latest.predicted_streams is not null then 1
    end as share_to_come,
    verdict
from latest
inner join releases using (release_id)
inner join verdicts using (release_id)
left join reasons using (release_id, horizon_days)
left join prediction_history as before
    on before.release_id = latest.release_id
    and before.horizon_days = latest.horizon_days
    and before.as_of_day = latest.as_of_day - 1;

insert into forecast_quantiles by name
select
    release_id, horizon_days, level, known + (predicted_streams - known) * exp(z * spread) as streams, as_of_day, run_id
from release_predictions
inner join (select release_id, horizon_days, as_of_day, spread from mornings) as mornings
    using (release_id, horizon_days, as_of_day)
cross join lateral (select coalesce(known_streams, 0) as known) as parts
cross join levels
where predicted_streams is not null;

insert into release_trajectories by name
select
    release_id, day_number + 1 as days_since_release, as_of_day,
    known + remainder * part as predicted_streams,
    known + (lower_80 - known) * part as lower_80, known + (upper_80 - known) * part as upper_80,
    known + (lower_90 - known) * part as lower_90, known + (upper_90 - known) * part as upper_90,
    known + (lower_90 - known) * part * 0.95 as joint_lower_80, known + (upper_90 - known) * part * 1.05 as joint_upper_80,
    actual_streams, run_id
from (
    select
        *, coalesce(known_streams, 0) as known, predicted_streams - coalesce(known_streams, 0) as remainder,
        sum(share) over (partition by release_id order by day_number)
        / sum(share) over (partition by release_id) as part
    from release_predictions
    inner join shape on shape.day_number >= release_predictions.as_of_day
    where horizon_days = 30 and predicted_streams is not null
) as path;

insert into similar_releases by name
select
    latest.run_id, latest.release_id, latest.horizon_days, place as similarity_rank,
    past.release_id as similar_release_id, releases.artist_name, releases.release_title, releases.label_name,
    releases.genre, releases.release_date, place / 10.0 as distance,
    round(past.size * if(latest.horizon_days = 14, 0.75, 1)) as streams
from release_predictions as latest
inner join past_releases as past on past.place <= 5
inner join releases on past.release_id = releases.release_id
where latest.predicted_streams is not null;

insert into portfolio_forecasts by name
with kinds as (
    select 'label' as kind, label_name as id, label_name as name, release_id from releases
    union all
    select 'artist', artist_id, artist_name, release_id from releases
    union all
    select 'all', 'all', 'all', release_id from releases
)
select
    if(month is null, kind, if(kind = 'all', 'month', kind || '_month')) as portfolio_kind, id as portfolio_id,
    any_value(name) as portfolio_name, month as release_month, horizon_days,
    cast($through as date) + 1 as as_of_date, count(*) as release_count,
    count(*) filter (where is_final) as final_count, count(*) filter (where predicted_streams is null) as unknown_count,
    sum(known_streams) as known_streams, sum(expected_streams) as expected_streams,
    0.8 * sum(expected_streams) as lower_80, 1.3 * sum(expected_streams) as upper_80,
    0.7 * sum(expected_streams) as lower_90, 1.5 * sum(expected_streams) as upper_90,
    if(bool_and(is_final), sum(actual_streams), null) as actual_streams,
    'run ' || (cast($through as date) + 1) as run_id, cast($published as timestamp) as predicted_at
from kinds
inner join (
    select *, null::date as month from release_predictions
    union all
    select *, date_trunc('month', release_date)::date from release_predictions
) as predictions using (release_id)
group by kind, id, month, horizon_days;

insert into release_date_checks by name
select
    release_id, release_date, catalog_release_date, release_date as first_stream_date,
    release_date as first_plain_stream_date, release_date - 3 as first_tiktok_date, if(is_moved, 900, 0) as early_streams,
    5 as known_days,
    case when is_moved then 'late streams' when is_wrong then 'no streams for a week' else 'right' end as verdict,
    is_moved as is_date_moved, is_wrong as is_date_wrong,
    case
        when is_moved then 'first VK streams on ' || release_date || ', after the release date of the catalog, '
            || catalog_release_date || '; the forecast follows the first streams'
        when is_wrong then 'no VK streams in the 7 days since the release date of the catalog, where nine in ten releases, or '
            || 'the artist, had many'
    end as reason
from (select *, place % 29 = 4 and not is_moved as is_wrong from current_releases) as checked
inner join releases using (release_id, release_date);

insert into backtest_forecasts by name
with cases as (
    select
        *, round(size * if(horizon_days = 14, 0.75, 1))::bigint as actual_streams,
        ((hash(place * 31 + as_of_day) % 1000)::integer) / 1000.0 - 0.5 as slip
    from past_releases
    cross join (values ('tiktok'), ('tiktok_vk')) as sets (feature_set)
    cross join (values (1), (3), (7)) as days (as_of_day)
    cross join (values (14), (30)) as horizons (horizon_days)
    cross join lateral (select (cast($through as date) - 100 - 90 * (place % 5)::integer) as origin_date) as origins
    cross join (values ('hitcast'), ('log_linear')) as models (model_name)
), classed as (
    select
        *, case when actual_streams >= 100000 then 'high' when actual_streams >= 25000 then 'medium' else 'low' end
            as actual_class,
        1 / (1 + exp(-if(model_name = 'hitcast', 8, 3) * (log10(actual_streams) - 5 + slip))) as chance,
        actual_streams * exp(slip * if(model_name = 'hitcast', 0.9, 1.5) * (9 - as_of_day) / 3.0) as forecast
    from cases
)
select
    'streams' as task, model_name, feature_set, as_of_day, horizon_days, origin_date, release_id, actual_streams,
    forecast as predicted_streams,
    if(model_name = 'hitcast', forecast * exp(-0.12 * (9 - as_of_day)), null) as lower_80,
    if(model_name = 'hitcast', forecast * exp(0.12 * (9 - as_of_day)), null) as upper_80,
    if(model_name = 'hitcast', forecast * exp(-0.135 * (9 - as_of_day)), null) as lower_90,
    if(model_name = 'hitcast', forecast * exp(0.135 * (9 - as_of_day)), null) as upper_90,
    actual_class, null as predicted_class, null as probability_high
from classed
union all by name
select
    'classes' as task, model_name, feature_set, as_of_day, horizon_days, origin_date, release_id, actual_streams,
    actual_class, if(chance >= 0.5, 'high', 'low') as predicted_class, chance as probability_high
from classed
where horizon_days = 30;

-- figures of every metric that the boards show, whatever they may mean: over all origins and over the untouched ones
create temp table metrics as
select
    task, metric || suffix as metric_name,
    metric_value
from (values
    ('streams', 'rmsle', 0.2), ('streams', 'median_absolute_percentage_error', 0.31), ('streams', 'skill', 0.4),
    ('streams', 'skill_lower_95', 0.3), ('streams', 'skill_upper_95', 0.5), ('streams', 'skill_remainder', 0.3),
    ('streams', 'wape', 0.35), ('streams', 'volume_ratio', 0.96), ('streams', 'spearman', 0.95),
    ('streams', 'coverage_80', 0.81), ('streams', 'coverage_90', 0.91), ('streams', 'rmsle_decade_3', 0.3),
    ('streams', 'skill_decade_3', 0.2), ('streams', 'coverage_90_bucket_3', 0.88), ('streams', 'coverage_80_bucket_3', 0.8),
    ('streams', 'log_width_90_bucket_3', 1.5), ('streams', 'rounded_mape_nearest', 0.05),
    ('streams', 'rounded_mape_nearest_of_zero', 0.06), ('streams', 'best_possible_rmsle', 0.19),
    ('streams', 'best_possible_ratio', 1.05), ('streams', 'best_possible_ratio_lower_95', 1.02),
    ('streams', 'best_possible_ratio_upper_95', 1.08), ('classes', 'average_precision_top', 0.8),
    ('classes', 'accuracy', 0.97), ('classes', 'accuracy_of_majority', 0.9), ('classes', 'top_share', 0.05),
    ('classes', 'precision_at_1_of_week', 0.6), ('classes', 'precision_at_3_of_week', 0.4),
    ('classes', 'precision_at_1_of_week_at_most', 0.7), ('classes', 'lift_of_best_1_percent', 18.0),
    ('classes', 'found_by_best_1_percent', 0.2), ('classes', 'lift_of_best_20_percent', 4.5),
    ('classes', 'expected_cost', 0.03), ('classes', 'expected_cost_above_none', -0.01),
    ('classes', 'expected_cost_above_none_lower_95', -0.02), ('classes', 'expected_cost_above_none_upper_95', 0.001),
    ('classes', 'expected_cost_above_log_linear', 0.002)
) as one (task, metric, metric_value)
cross join (values (''), ('_untouched')) as scopes (suffix);

insert into model_performance by name
select
    'backtest' as evaluation, cuts.task, feature_set, model_name, as_of_day, horizon_days, metric_name, metric_value,
    release_count
from (
    select task, feature_set, model_name, as_of_day, horizon_days, count(*) as release_count
    from backtest_forecasts
    group by all
) as cuts
inner join metrics on cuts.task = metrics.task
union all by name
select
    'backtest' as evaluation, 'classes' as task, feature_set, 'hitcast' as model_name, as_of_day, 30 as horizon_days,
    metric_name, metric_value, $tested as release_count
from (values ('tiktok'), ('tiktok_vk')) as sets (feature_set)
cross join (values (1), (3), (7)) as days (as_of_day)
cross join (values
    ('advised_count', 27), ('advised_right_count', 24), ('hit_count', 46), ('advised_precision', 0.89),
    ('advised_precision_lower_95', 0.72), ('advised_precision_upper_95', 0.96), ('advised_recall', 0.52),
    ('advised_recall_lower_95', 0.38), ('advised_recall_upper_95', 0.66), ('advised_share_to_come', 0.88),
    ('advised_hit_streams_to_come', 0.46)
) as metrics (metric_name, metric_value)
union all by name
select
    'live' as evaluation, (date_trunc('month', cast($through as date)) - to_months(month::integer))::date as release_month,
    'streams' as task, 'tiktok_vk' as feature_set, 'hitcast/3' as model_name, 7 as as_of_day, horizon_days,
    'rmsle' as metric_name, 0.2 + 0.01 * month as metric_value, 100 + month as release_count
from range(1, 5) as months (month)
cross join (values (14), (30)) as horizons (horizon_days);

insert into feature_drift by name
select
    'hitcast/3' as model_name, name as feature_name, index_value as stability_index, 0.25 as index_limit, is_main,
    120 as recent_release_count, cast($published as timestamp) as computed_at
from (values
    ('vk_streams_total', 0.31, true), ('tiktok_views_total', 0.12, true), ('artist_best_streams', 0.04, true),
    ('track_count', 0.4, false)
) as features (name, index_value, is_main);

insert into delivered_days by name
with days as (
    select
        *, raw_table = 'vk_stream_days' and d in (10, 11, 40) as is_missing, d in (6, 55) as is_partial,
        raw_table = 'vk_stream_days' and d in (20, 90) as is_odd, 5000 + (hash(d) % 2000)::bigint as rows
    from range(0, 400) as days (d)
    cross join (values ('tiktok_sound_days'), ('vk_stream_days')) as tables (raw_table)
)
select
    raw_table, cast($through as date) - d::integer as delivered_day, not is_missing as is_delivered,
    if(is_missing, 0, if(is_odd, rows // 20, rows)) as row_count,
    if(is_missing, null, (cast($through as date) - d::integer)::timestamp + interval 30 hour) as delivered_at,
    case when is_missing then null when is_partial then 'partial' else 'whole' end as day_state,
    case when is_missing then null when is_partial then 4 else 0 end as partial_recording_count,
    case when is_missing then null when is_partial then 3 else 0 end as partial_release_count,
    if(is_missing, null, 400) as recording_count, if(is_missing, null, 90000) as measure_sum,
    'the same weekday' as usual_basis, 5900 as usual_row_count, 400 as usual_recording_count,
    90000 as usual_measure_sum, if(is_missing, null, if(is_odd, 0.05, 1)) as row_ratio,
    if(is_missing, null, 1) as recording_ratio, if(is_missing, null, 1) as measure_ratio, is_odd,
    case when is_missing then 'missing' when is_odd then 'rows low' else 'usual' end as day_mark
from days;

insert into rejected_rows by name
select *, cast($published as timestamp) as delivered_at
from (values
    ('vk_stream_days', 'vk_2026-01.csv', 'is not a whole number (streams)', 12),
    ('vk_stream_days', 'vk_2026-02.csv', 'is not a whole number (streams)', 3),
    ('tiktok_sound_days', '=evil().csv', 'is required and empty (isrc)', 40)
) as rejects (raw_table, file_name, reason, row_count);

insert into stream_classes by name
select * from (values ('low', 0), ('medium', 25000), ('high', 100000)) as classes (stream_class, minimum_streams);

insert into promotion_costs by name
select 5.0 as false_positive_cost, 1.0 as false_negative_cost, 30 as class_horizon;

insert into campaigns by name
select
    if(place = 3, null, release_id) as release_id, release_id as promoted_upc,
    printf('RUA0026%05d', place) as promoted_isrc, 'Spring ' || place as campaign_name,
    ['seeding', 'ads', 'радио'][1 + place % 3] as channel, release_date + 2 as start_date, release_date + 9 as end_date,
    2 as start_day, 15000 + 1000 * place as spend, 'RUB' as currency
from current_releases
where place <= 8;

insert into promotion_effects by name
select
    release_id, as_of_day as start_day, spend, 'RUB' as currency,
    if(is_thin, null, sqrt(spend) * 600) as added_streams, if(is_thin, null, sqrt(spend) * 200) as lower_90,
    if(is_thin, null, sqrt(spend) * 1000) as upper_90,
    if(is_thin, 'it has a campaign: what a second one adds is not known', null) as refusal, run_id, predicted_at
from (
    select *, row_number() over (order by release_id) % 4 = 0 as is_thin
    from release_predictions
    where horizon_days = 30 and not is_final and predicted_streams is not null
) as opened
cross join (values (5000), (10000), (20000), (40000)) as spends (spend);

insert into promotion_plan by name
select
    release_id, artist_name, release_title, start_day, spend, 'RUB' as currency, added_streams, promotion_effects.lower_90,
    promotion_effects.upper_90, added_streams * 0.4 as value, 50000 as goal, null as note, 50000 as budget,
    promotion_effects.run_id, promotion_effects.predicted_at
from promotion_effects
inner join release_predictions using (release_id)
where spend = 20000 and added_streams is not null and horizon_days = 30
order by promotion_effects.release_id
limit 2;

insert into promotion_plan by name
select 10000 as spend, 'RUB' as currency, 'no further spend pays' as note, 50000 as budget, run_id, predicted_at
from promotion_plan
limit 1;

insert into decisions by name
select
    release_id, artist_name, release_title, label_name, release_date,
    if(is_advised, release_date::timestamp + interval 27 hour, null) as first_advised_at,
    if(is_advised, 1, null) as first_advised_day, if(is_advised, 800, null) as first_advised_streams,
    if(is_advised and is_final, 0.89, null) as share_to_come,
    decision, if(decision is null, null, 'person') as decided_by,
    if(decision is null, null, release_date::timestamp + interval 50 hour) as decided_at,
    if(decision = 'promoted', 15000, null) as spend, if(decision = 'promoted', 'RUB', null) as currency,
    if(decision is null, null, 'as we agreed: заметка') as note, if(decision is null, null, 90000) as label_forecast,
    if(decision is null, null, 2) as decided_as_of_day, if(decision is null, null, 70000) as predicted_streams,
    if(decision is null, null, 0.4) as probability_high, if(decision is null, null, false) as is_advised,
    actual_streams, actual_streams >= 100000 as is_top_class
from (
    select
        *, is_final or probability_high >= 5 / 6.0 as is_advised,
        case right(release_id, 1) when '1' then 'promoted' when '2' then 'declined' end as decision
    from release_predictions
    where horizon_days = 30
) as advised
where is_advised or decision is not null;

insert into stress_performance by name
select
    'vk' as platform, 'missing' as state, 7 as as_of_day, horizon_days, 120 as release_count, 0.1 as refused_share,
    0.9 as coverage_90, 0.91 as clean_coverage_90, 1.2 as log_width_90, 1.1 as clean_log_width_90, 1.09 as width_ratio,
    0.4 as rmsle, 0.38 as clean_rmsle, cast($published as timestamp) as evaluated_at
from (values (14), (30)) as horizons (horizon_days);

insert into as_known_performance by name
select
    30 as horizon_days, age_group, cast($through as date) - 90 as first_origin,
    cast($through as date) - 40 as last_origin, 4 as origin_count, 120 as release_count, 8 as week_count,
    0.1 as refused_share, 0.1 as restated_refused_share, 0.4 as rmsle, 0.39 as restated_rmsle, 1.03 as rmsle_ratio,
    0.9 as rmsle_ratio_lower_95, 1.2 as rmsle_ratio_upper_95, 0.8 as coverage_80, 0.8 as restated_coverage_80,
    0.0 as coverage_80_gap, -0.1 as coverage_80_gap_lower_95, 0.1 as coverage_80_gap_upper_95, 0.9 as coverage_90,
    0.9 as restated_coverage_90, 0.0 as coverage_90_gap, -0.1 as coverage_90_gap_lower_95,
    0.1 as coverage_90_gap_upper_95, cast($published as timestamp) as evaluated_at
from (values ('all'), ('0-2'), ('14 on')) as ages (age_group);

insert into backtest_groups by name
with groups as (
    select 'origin' as group_kind, cast(origin_date as varchar) as group_name, count(distinct release_id) as releases
    from backtest_forecasts
    group by origin_date
    union all
    select 'label', label_name, count(*) from releases group by label_name
    union all
    select * from (values ('genre', 'Pop', 60), ('genre', '(others)', 40), ('genre', '(unknown)', 20)) as genres
)
select
    'backtest 2026-02-01' as run_id, feature_set, 7 as as_of_day, horizon_days, group_kind, group_name,
    if(group_name = '(others)', 3, 1) as pooled_count,
    group_kind = 'origin' and group_name > cast(cast($through as date) - 250 as varchar) as is_untouched,
    releases as release_count, 0.2 as rmsle, 0.4 as line_rmsle, 0.5 as skill, 0.4 as skill_lower_95,
    0.6 as skill_upper_95, 0.97 as volume_ratio, 0.9 as coverage_90, cast($published as timestamp) as evaluated_at
from groups
cross join (values ('tiktok'), ('tiktok_vk')) as sets (feature_set)
cross join (values (14), (30)) as horizons (horizon_days);

insert into experiment_findings by name
select
    'experiment 1' as run_id, 'likes' as experiment, 'Do TikTok likes hurt the forecast of streams?' as question,
    'No: the error is 0.250 with likes and 0.251 without.' as answer, feature_set, 30 as horizon_days,
    'rmsle' as metric_name, variant, 0.25 as value, 0.2 as lower_95, 0.3 as upper_95, 120 as release_count,
    cast($published as timestamp) as evaluated_at
from (values ('tiktok'), ('tiktok_vk')) as sets (feature_set)
cross join (values ('with likes'), ('without likes')) as variants (variant);
