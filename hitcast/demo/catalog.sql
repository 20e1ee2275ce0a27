-- Calendar, artists, releases and tracks. Reads the variables seed, until, releases_per_week, artist_count and
-- evergreen_count; dates before `until` do not depend on `until`.

-- one row per day
create or replace table calendar as
with days as (
    select cast(day as date) as day
    from generate_series(
        date '2018-06-01', greatest(getvariable('until'), date '2021-12-31') + 500, interval 1 day
    ) as days(day)
)
select
    day,
    -- The platform grows sevenfold over 2019-2021, then stays level.
    pow(7, least(greatest((day - date '2019-01-01') / 1095, -0.2), 1)) as platform,
    case isodow(day) when 5 then 1.02 when 6 then 1.15 when 7 then 1.18 else 0.93 end
    * case
        when strftime(day, '%m-%d') >= '12-28' or strftime(day, '%m-%d') <= '01-09' then 1.3
        when strftime(day, '%m-%d') between '05-01' and '05-10' then 1.12
        when month(day) between 6 and 8 then 0.94
        else 1
    end
    * case when day between date '2020-03-28' and date '2020-06-10' then 1.3 else 1 end as tiktok_season,
    case isodow(day) when 5 then 1.07 when 6 then 1.0 when 7 then 0.9 else 1.01 end
    * case
        when strftime(day, '%m-%d') >= '12-30' or strftime(day, '%m-%d') <= '01-08' then 0.7
        when strftime(day, '%m-%d') between '05-01' and '05-10' then 0.84
        when strftime(day, '%m-%d') in ('02-23', '03-08', '06-12', '11-04') then 0.85
        when month(day) between 7 and 8 then 0.95
        else 1
    end as vk_season
from days;

-- one row per week that releases come in; negative ones hold the evergreens of 2018
create or replace table weeks as
select
    week_no,
    date '2018-12-31' + 7 * week_no::integer as monday,
    case when week_no % 52 in (0, 1) then 0.45 when week_no % 52 in (49, 50) then 1.2 else 1 end as season
from range(-30, (getvariable('until') - date '2018-12-31') // 7 + 5) as weeks(week_no);

-- one row per artist who brings out a first single; none has a release before or after it
create or replace table debuts as
with slots as (
    select
        week_no,
        monday,
        -- beside the label's own artists, in places of a week that those never reach
        unnest(range(500, 500 + whole(
            getvariable('releases_per_week') * 0.25 * season, draw('week debuts', week_no)
        ))) as slot_no
    from weeks
    where week_no >= 0
)

select
    week_no,
    monday,
    slot_no,
    getvariable('artist_count') + row_number() over (order by week_no, slot_no) - 1 as artist_no
from slots;

-- one row per artist; popularity, output and genre are stratified, so that a small world has the tail of a large one
create or replace table artists as
with ranked as (
    select
        artist_no,
        false as is_debut,
        (row_number() over (order by draw('artist popularity', artist_no)) - 0.5) / getvariable('artist_count')
            as popularity_rank,
        (row_number() over (order by draw('artist genre', artist_no)) - 0.5) / getvariable('artist_count') as genre_rank
    from range(getvariable('artist_count')) as numbers(artist_no)
    union all
    select
        artist_no,
        true as is_debut,
        uniform(draw('artist popularity', artist_no)) as popularity_rank,
        uniform(draw('artist genre', artist_no)) as genre_rank
    from debuts
),

drawn as (
    select
        artist_no,
        is_debut,
        popularity_rank,
        pow(popularity_rank, -1 / 1.25) as fan_base,
        case
            when genre_rank < 0.34 then 'Hip-Hop'
            when genre_rank < 0.62 then 'Pop'
            when genre_rank < 0.76 then 'Electronic'
            when genre_rank < 0.88 then 'Rock'
            when genre_rank < 0.95 then 'R&B'
            else 'Folk'
        end as genre,
        -- Careers peak anywhere between a year before the world and a year after it.
        -365 + uniform(draw('career peak', artist_no)) * 1825 as career_peak,
        300 + uniform(draw('career width', artist_no)) * 700 as career_width,
        0.5 * normal(draw('artist tiktok', artist_no)) as tiktok_affinity,
        0.13 * normal(draw('artist loyalty', artist_no)) as loyalty,
        0.75 * normal(draw('artist standing', artist_no)) as standing,
        0.5 * normal(draw('artist retention', artist_no)) as retention,
        0.45 + 0.7 * uniform(draw('artist hype', artist_no)) as hype_habit,
        floor(uniform(draw('artist audience', artist_no)) * 8)::integer as audience,
        floor(uniform(draw('artist label', artist_no)) * 6)::integer as label_no
    from ranked
)

select
    *,
    case when not is_debut then
        sum(cast(1000000 * spread(0.6, draw('artist output', artist_no)) * (1.3 - 0.6 * popularity_rank) as bigint))
            over (order by artist_no)
    end as output_to,
    case genre when 'Hip-Hop' then 1.35 when 'Pop' then 1.2 when 'Electronic' then 0.9 when 'R&B' then 0.8
        when 'Rock' then 0.5 else 0.35 end as tiktok_taste,
    case genre when 'Hip-Hop' then 0.1 when 'Pop' then 0 when 'Electronic' then -0.02 when 'R&B' then 0.02
        when 'Rock' then -0.1 else -0.14 end as genre_decay
from drawn;

-- one row per release; negative weeks hold the evergreens of 2018
create or replace table releases as
with slots as (
    select
        week_no,
        monday,
        unnest(range(case
            when week_no >= 0
                then whole(getvariable('releases_per_week') * 1.02 * season, draw('week output', week_no))
            when week_no + 30 < getvariable('evergreen_count') then 1
            else 0
        end)) as slot_no,
        null as debut_no
    from weeks
    union all
    select week_no, monday, slot_no, artist_no as debut_no
    from debuts
),

numbered as (
    select
        week_no * 1000 + slot_no as release_no,
        debut_no,
        week_no < 0 as is_evergreen,
        monday + case
            when uniform(draw('release weekday', week_no, slot_no)) < 0.79 then 4
            when uniform(draw('release weekday', week_no, slot_no)) < 0.88 then 3
            when uniform(draw('release weekday', week_no, slot_no)) < 0.93 then 2
            when uniform(draw('release weekday', week_no, slot_no)) < 0.97 then 1
            when uniform(draw('release weekday', week_no, slot_no)) < 0.985 then 0
            else 5
        end as release_date,
        floor(uniform(draw('release artist', week_no, slot_no)) * (select max(output_to) from artists))::bigint
            as artist_point,
        case when debut_no is null then uniform(draw('release kind', week_no, slot_no)) else 0 end as kind_point
    from slots
),

credited as (
    select
        numbered.release_no,
        numbered.is_evergreen,
        numbered.release_date,
        numbered.kind_point,
        coalesce(numbered.debut_no, artists.artist_no) as artist_no
    from numbered
    asof join (select artist_no, output_to from artists where not is_debut) as artists
        on numbered.artist_point < artists.output_to
),

-- A reissue needs a single to bring out again; where the artist has none, the slot becomes a single.
weighed as (
    select
        *,
        count(*) filter (where kind_point < 0.83 and not is_evergreen) over (
            partition by artist_no order by release_date
            range between interval 220 days preceding and interval 21 days preceding
        ) as recent_singles
    from credited
)

select
    release_no,
    -- An EAN-13, check digit and all.
    '4607' || lpad((release_no + 40000)::varchar, 8, '0') as upc_body,
    upc_body || ((10 - list_sum(list_transform(
        range(1, 13), place -> substr(upc_body, place, 1)::integer * if(place % 2 = 0, 3, 1)
    )) % 10) % 10)::varchar as upc,
    artist_no,
    release_date,
    is_evergreen,
    case
        when is_evergreen then 'single'
        when kind_point < 0.83 then 'single'
        when kind_point < 0.93 then 'ep'
        when kind_point < 0.965 then 'album'
        when recent_singles > 0 then 'reissue'
        else 'single'
    end as release_kind,
    case
        when kind_point < 0.83 or is_evergreen then 1 + (uniform(draw('b side', release_no)) < 0.05)::integer
        when kind_point < 0.93 then 3 + floor(uniform(draw('ep tracks', release_no)) * 3)::integer
        when kind_point < 0.965 then 7 + floor(uniform(draw('album tracks', release_no)) * 5)::integer
        else 1
    end as track_count
from weighed
where release_date <= getvariable('until') + 21;

-- one row per release and track on it that an earlier single had brought out
create or replace table carried_tracks as
select
    bundles.release_no,
    singles.release_no * 100 + 1 as track_id,
    row_number() over (
        partition by bundles.release_no order by singles.release_date desc, singles.release_no desc
    ) as place
from releases as bundles
inner join releases as singles
    on
        bundles.artist_no = singles.artist_no
        and singles.release_kind = 'single'
        and not singles.is_evergreen
        and singles.release_date between bundles.release_date - 220 and bundles.release_date - 21
where bundles.release_kind <> 'single'
qualify place <= case bundles.release_kind when 'reissue' then 1 when 'ep' then 2 else 4 end;

-- one row per release and track; `track_id` names the recording after the first release that carries it
create or replace table release_tracks as
with carried as (
    select release_no, count(*) as carried_count
    from carried_tracks
    group by release_no
),

fresh as (
    select
        releases.release_no,
        unnest(range(1, releases.track_count - coalesce(carried.carried_count, 0) + 1)) as place
    from releases
    left join carried using (release_no)
    where releases.release_kind <> 'reissue'
)

select release_no, release_no * 100 + place as track_id, place as track_number, true as is_first
from fresh
union all
select
    carried_tracks.release_no,
    carried_tracks.track_id,
    carried_tracks.place + coalesce(fresh_counts.fresh_count, 0) as track_number,
    false as is_first
from carried_tracks
left join (select release_no, count(*) as fresh_count from fresh group by release_no) as fresh_counts
    using (release_no);
