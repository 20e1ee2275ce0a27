-- one row per day, sound and territory of one month, as TikTok counts it. Reads the variables seed, first_day and
-- last_day.
create or replace temp table tiktok_month as
with sound_days as (
    select
        track_days.day,
        track_days.track_id,
        tracks.isrc,
        tracks.appeal,
        tracks.catchiness,
        tracks.play_seconds,
        sound_spans.sound_no,
        track_days.day - date '2018-01-01' as day_no,
        hash(getvariable('seed'), 'sound', track_days.track_id, sound_spans.sound_no) as sound_key,
        uniform(draw('sound split', track_days.track_id, day_no)) as split_point,
        floor(organic_creations * high + split_point)::bigint - floor(organic_creations * low + split_point)::bigint
        + if(sound_no = 0, promoted_creations, 0) as creations,
        floor(organic_views * high + split_point)::bigint - floor(organic_views * low + split_point)::bigint
        + if(sound_no = 0, promoted_views, 0) as views
    from track_days
    inner join tracks using (track_id)
    inner join sound_spans
        on track_days.track_id = sound_spans.track_id
        and track_days.age >= sound_spans.from_age
        and track_days.age < sound_spans.to_age
    where track_days.day between getvariable('first_day') and getvariable('last_day')
),

territory_days as (
    select sound_days.*, 'RU' as territory, 0 as territory_no
    from sound_days
    where creations > 0 or views > 0
    union all
    select
        sound_days.* exclude (creations, views),
        whole(creations * share, draw('abroad creations', track_id, day_no, sound_no * 10 + territory_no)) as creations,
        whole(
            views * share * spread(0.4, draw('abroad luck', track_id, day_no, sound_no * 10 + territory_no)),
            draw('abroad views', track_id, day_no, sound_no * 10 + territory_no)
        ) as views,
        territory,
        territory_no
    from sound_days,
        (values (1, 'KZ', 0.08), (2, 'BY', 0.04), (3, 'UA', 0.06)) as territories(territory_no, territory, share)
    where sound_days.views * share >= 300 and sound_no < 2
),

-- Likes are partly bought, ever more of them, and say ever less; favorites and play time keep their word.
engaged as (
    select
        *,
        hash(sound_key, day, territory) as luck,
        0.07 * spread(0.3, hash(luck, 'likes')) * (
            1 + (0.1 + 1.1 * least(greatest(day - date '2019-01-01', 0) / 1095, 1))
            * exp(1.3 * normal(hash(sound_key, 'bought', day_no // 5)))
        ) as like_rate,
        0.004 * exp(0.5 * catchiness) as share_rate,
        0.006 * exp(0.55 * appeal) as favorite_rate
    from territory_days
    where creations > 0 or views > 0
),

counted as (
    select
        day,
        track_id,
        sound_no,
        '6' || lpad((sound_key % 1000000000000000000)::varchar, 18, '0') as sound_id,
        -- Some users' sounds were never matched to a recording.
        if(sound_no > 0 and uniform(hash(sound_key, 'matched')) < 0.08, null, isrc) as isrc,
        if(sound_no = 0, 'Official', 'Original') as sound_type,
        territory,
        creations,
        views,
        whole(views * like_rate, hash(luck, 'likes whole')) as likes,
        whole(views * 0.0015, hash(luck, 'comments')) as comments,
        whole(views * share_rate * spread(0.2, hash(luck, 'share luck')), hash(luck, 'shares')) as shares,
        -- Favorites were not reported at first.
        if(day < date '2019-09-01', null, whole(
            views * favorite_rate * spread(0.2, hash(luck, 'favorite luck')), hash(luck, 'favorites')
        )) as favorites,
        if(views = 0 or uniform(hash(luck, 'untimed')) < 0.02, null, greatest(
            round(play_seconds + 6 * normal(hash(luck, 'play time')) / sqrt(1 + views / 20), 2), 0.5
        )) as average_play_seconds,
        luck
    from engaged
),

delivered as (
    select
        counted.*,
        coalesce(delivery_faults.fault, 'whole') as fault,
        unnest(deliveries_of(coalesce(delivery_faults.fault, 'whole'), luck)) as delivery
    from counted
    left join delivery_faults on delivery_faults.table_name = 'tiktok' and counted.day = delivery_faults.day
)

-- A day that is sent again was first sent with too little in it.
select * replace (
    if(fault = 'corrected' and delivery = 'first', floor(creations * 0.7)::bigint, creations) as creations,
    if(fault = 'corrected' and delivery = 'first', floor(views * 0.5)::bigint, views) as views
)
from delivered;
