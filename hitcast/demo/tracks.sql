-- What each recording is like, as fixed at its making. Reads the variable seed.

-- one row per recording
create or replace table tracks as
with born as (
    select
        release_tracks.track_id,
        release_tracks.track_number,
        releases.release_no,
        releases.release_date,
        releases.release_kind,
        releases.is_evergreen,
        artists.* exclude (output_to, popularity_rank),
        artists.fan_base
        * exp(greatest(
            -0.5 * pow((releases.release_date - date '2019-01-01' - artists.career_peak) / artists.career_width, 2),
            -3
        )) as fans,
        -- The first track carries a release; a single is all first track.
        case when releases.release_kind = 'single' and release_tracks.track_number = 1 then 1
            else 0.85 / pow(release_tracks.track_number, 1.1) end as prominence
    from release_tracks
    inner join releases using (release_no)
    inner join artists using (artist_no)
    where release_tracks.is_first
),

drawn as (
    select
        *,
        normal(draw('quality', track_id)) as quality,
        normal(draw('catchiness', track_id)) as catchiness,
        normal(draw('conversion', track_id)) as appeal,
        uniform(draw('teaser', track_id)) as teaser_point
    from born
)

select
    track_id,
    -- debuts are numbered apart, as if by a second registrant
    if(is_debut, 'RUHC2', 'RUHC1') || strftime(release_date, '%y')
    || lpad(
        (row_number() over (partition by year(release_date), is_debut order by release_date, track_id))::varchar,
        5, '0'
    ) as isrc,
    release_no,
    artist_no,
    release_date,
    release_kind,
    genre,
    is_evergreen,
    audience,
    -- Listening a fan base gives on its first day.
    120000 * (1 - exp(-(104.0 / 120000) * pow(fans, 1.05) * prominence * exp(standing + quality))) as fan_level,
    -- Power-law forgetting; albums are heard at once, loyal fans stay.
    0.62 + genre_decay + loyalty
    + case release_kind when 'album' then 0.22 when 'ep' then 0.1 else 0 end
    - 0.04 * quality + 0.04 * normal(draw('decay', track_id)) as decay,
    -- What is left of the interest after the first week fades at the artist's own pace.
    0.3 + retention + case genre when 'Pop' then 0.15 when 'Hip-Hop' then 0.05 when 'Rock' then -0.15 else 0 end
    + 0.1 * normal(draw('fading', track_id)) as fading,
    -- Pre-saves and editorial pushes that are gone within days.
    hype_habit * exp(0.35 * normal(draw('hype', track_id)))
    * case when dayofweek(release_date) = 5 then 1 else 0.6 end as hype,
    -- TikTok: creations a day that nobody's video inspired, on the platform of 2019.
    150 * (1 - exp(-(0.055 / 150) * pow(fans, 1.6) * pow(prominence, 2) * tiktok_taste * exp(
        tiktok_affinity + 0.9 * standing + 0.5 * quality + 2.1 * normal(draw('seeding', track_id))
    ))) as arrival_level,
    -- Videos that a video inspires while the sound is new.
    least(0.78 * exp(0.28 * catchiness) * pow(tiktok_taste, 0.15) * pow(prominence, 0.25), 1.4) as branching,
    16 * exp(0.3 * normal(draw('novelty', track_id))) as novelty_days,
    fans,
    prominence,
    case when teaser_point < 0.5 * prominence then -floor(uniform(draw('teaser start', track_id)) * 14)::integer - 1
        else 0 end as first_age,
    -- Streams that a day's exposure to organic videos brings in the end.
    0.55 * exp(0.55 * appeal) as conversion,
    appeal,
    catchiness,
    1 / (1 + exp(-(0.2 + 1.1 * catchiness + 0.5 * normal(draw('user made', track_id))))) as user_made_share,
    8 + 2.2 * appeal + 0.8 * normal(draw('play time', track_id)) as play_seconds
from drawn;

-- one row per recording, TikTok sound and span of its ages in which the same sounds live; `low` to `high` is the
-- sound's part of the organic videos. Sound 0 is the label's, the others are users'.
create or replace table sound_spans as
with users_sounds as (
    select
        track_id,
        sound_no,
        greatest(first_age, floor(
            first_age / 2 - 3 * sound_no * ln(uniform(draw('sound birth', track_id, sound_no)))
        )::integer) as birth_age,
        pow(0.55, sound_no) as weight
    from tracks, range(1, 7) as sounds(sound_no)
    where not is_evergreen and sound_no <= 1 + 5 * pow(uniform(draw('sound count', track_id)), 1.5)
),

sounds as (
    select track_id, 0 as sound_no, -30000 as birth_age, 0 as user_weight from tracks
    union all
    select track_id, sound_no, birth_age, weight from users_sounds
),

spans as (
    select
        track_id,
        birth_age as from_age,
        coalesce(lead(birth_age) over (partition by track_id order by birth_age), 30000) as to_age
    from (select distinct track_id, birth_age from sounds)
),

living as (
    select
        spans.track_id,
        spans.from_age,
        spans.to_age,
        sounds.sound_no,
        case when sounds.sound_no = 0 then 1 - tracks.user_made_share else tracks.user_made_share * sounds.user_weight
            end as weight
    from spans
    inner join sounds on spans.track_id = sounds.track_id and sounds.birth_age <= spans.from_age
    inner join tracks on spans.track_id = tracks.track_id
)

select
    track_id,
    sound_no,
    from_age,
    to_age,
    coalesce(sum(weight) over before / sum(weight) over whole_span, 0) as low,
    case when row_number() over through = count(*) over whole_span then 1
        else sum(weight) over through / sum(weight) over whole_span end as high
from living
window
    whole_span as (partition by track_id, from_age),
    through as (partition by track_id, from_age order by sound_no),
    before as (partition by track_id, from_age order by sound_no rows between unbounded preceding and 1 preceding);
