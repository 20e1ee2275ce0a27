-- one row per day, recording and audience segment of one month, as VK counts it: segments below the smallest that is
-- reported are pooled. Reads the variables seed, first_day, last_day and smallest_segment.
create or replace temp table vk_month as
with units as (
    select
        track_days.day,
        track_days.track_id,
        tracks.isrc,
        tracks.audience,
        territories.territory_no,
        territories.territory,
        case when territory_no = 0 then track_days.streams else whole(
            track_days.streams * territories.share
            * spread(0.3, draw('territory', track_days.track_id, age, territory_no)),
            draw('territory whole', track_days.track_id, age, territory_no)
        ) end as streams,
        track_days.playlist_share,
        track_days.inflow_share,
        uniform(draw('source split', track_days.track_id, age, territory_no)) as split_point
    from track_days
    inner join tracks using (track_id),
        (values (0, 'Россия', 1), (1, 'Казахстан', 0.07), (2, 'Беларусь', 0.04))
            as territories(territory_no, territory, share)
    where track_days.day between getvariable('first_day') and getvariable('last_day')
        and track_days.streams * territories.share >= if(territory_no = 0, 1, getvariable('smallest_segment') / 2.0)
),

-- Where a stream begins tells whether fans, playlists or TikTok sent it: parts of fans' streams, of playlists' and of
-- those who come from TikTok, cumulated over the cells.
cells(cell_no, source, subscription, fans_low, fans_high, playlist_low, playlist_high, inflow_low, inflow_high) as (
    values
    (0, 'Моя музыка', 'Подписка', 0, 0.22, 0, 0.01, 0, 0.06),
    (1, 'Моя музыка', 'Без подписки', 0.22, 0.47, 0.01, 0.02, 0.06, 0.2),
    (2, 'Поиск', 'Подписка', 0.47, 0.54, 0.02, 0.03, 0.2, 0.32),
    (3, 'Поиск', 'Без подписки', 0.54, 0.65, 0.03, 0.04, 0.32, 0.7),
    (4, 'Рекомендации', 'Подписка', 0.65, 0.74, 0.04, 0.08, 0.7, 0.76),
    (5, 'Рекомендации', 'Без подписки', 0.74, 0.86, 0.08, 0.13, 0.76, 0.9),
    (6, 'Плейлисты', 'Подписка', 0.86, 0.9, 0.13, 0.55, 0.9, 0.92),
    (7, 'Плейлисты', 'Без подписки', 0.9, 0.95, 0.55, 0.98, 0.92, 0.95),
    (8, 'Другое', 'Подписка', 0.95, 0.97, 0.98, 0.99, 0.95, 0.97),
    (9, 'Другое', 'Без подписки', 0.97, 1, 0.99, 1, 0.97, 1)
),

by_source as (
    select
        units.* exclude (streams, split_point),
        cells.cell_no,
        cells.source,
        cells.subscription,
        (
            floor(streams * (
                fans_high + playlist_share * (playlist_high - fans_high) + inflow_share * (inflow_high - fans_high)
            ) + split_point + 1e-9)
            - floor(streams * (
                fans_low + playlist_share * (playlist_low - fans_low) + inflow_share * (inflow_low - fans_low)
            ) + split_point + 1e-9)
        )::bigint as streams
    from units, cells
    where units.streams > 0
),

by_audience as (
    select
        by_source.* exclude (streams, audience),
        audience_cells.gender,
        audience_cells.age_band,
        (
            floor(streams * high + uniform(draw('audience split', track_id, day - date '2018-01-01', cell_no)))
            - floor(streams * low + uniform(draw('audience split', track_id, day - date '2018-01-01', cell_no)))
        )::bigint as streams
    from by_source
    inner join audience_cells on by_source.audience = audience_cells.audience
    where territory_no = 0 and streams >= 3 * getvariable('smallest_segment')
),

reported as (
    select day, track_id, isrc, territory, gender, age_band, source, subscription, streams
    from by_audience
    where streams >= getvariable('smallest_segment')
    union all
    select day, track_id, isrc, territory, 'Не указан', 'Не указан', source, subscription, sum(streams)
    from (
        select day, track_id, isrc, territory, source, subscription, streams
        from by_audience
        where streams < getvariable('smallest_segment')
        union all
        select day, track_id, isrc, territory, source, subscription, streams
        from by_source
        where streams >= getvariable('smallest_segment')
            and (territory_no > 0 or streams < 3 * getvariable('smallest_segment'))
    )
    group by all
    union all
    select day, track_id, isrc, territory, null, null, 'Другое', null, sum(streams)
    from by_source
    where streams < getvariable('smallest_segment')
    group by all
),

-- Users without a stated gender are a segment of their own and may meet what was pooled.
summed as (
    select day, track_id, isrc, territory, gender, age_band, source, subscription, sum(streams)::bigint as streams
    from reported
    group by all
    having sum(streams) > 0
),

counted as (
    select
        summed.*,
        greatest(1, ceil(streams / (
            1.2 + uniform(hash(getvariable('seed'), day, isrc, territory, gender, age_band, source, subscription))
        )))::bigint as listeners,
        hash(getvariable('seed'), 'row', day, isrc, territory, gender, age_band, source, subscription) as luck
    from summed
),

delivered as (
    select
        counted.*,
        coalesce(delivery_faults.fault, 'whole') as fault,
        unnest(deliveries_of(coalesce(delivery_faults.fault, 'whole'), luck)) as delivery
    from counted
    left join delivery_faults on delivery_faults.table_name = 'vk' and counted.day = delivery_faults.day
)

-- A day that is sent again was first sent with too little in it.
select * replace (
    if(fault = 'corrected' and delivery = 'first', floor(streams * 0.6)::bigint, streams) as streams,
    if(fault = 'corrected' and delivery = 'first', ceil(listeners * 0.6)::bigint, listeners) as listeners
)
from delivered
where not (fault = 'corrected' and delivery = 'first' and track_id % 7 = 0 and track_id > 0);
