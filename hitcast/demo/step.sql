-- One day of life for every recording and replica in `state`: a discrete-time self-exciting process on TikTok, and
-- VK streams that decay with the fan base, gain what TikTok sends with a lag, and suffer shocks. Reads the variables
-- seed and age (days since release). Replica 0 is the world itself; replica 1000 s + r lives scenario s of `promotions`
-- with the draws of replica r.
create or replace temp table state as
with today as (
    select
        state.* exclude (age, organic_creations, promoted_creations, streams, playlist_share, inflow_share),
        tracks.* exclude (track_id),
        calendar.platform,
        calendar.tiktok_season,
        calendar.vk_season,
        getvariable('age') as age,
        getvariable('age') * 1000 + state.replica % 1000 as moment,
        coalesce(promotions.promotion_size, 0) as promotion_size,
        promotions.start_age
    from state
    inner join tracks using (track_id)
    left join promotions on state.track_id = promotions.track_id and state.replica // 1000 = promotions.scenario
    inner join calendar on calendar.day = tracks.release_date + getvariable('age')
),

expected as (
    select
        *,
        -- A meme nobody planned: rare, and worth more on a larger platform.
        0.82 * spark + case when uniform(draw('spark', track_id, moment)) < 0.0003 and age >= 0
            then 14 * pow(fan_level, 0.25) * exp(1.5 * normal(draw('spark size', track_id, moment)))
            else 0 end as new_spark,
        case when age >= start_age
            then promotion_size * sqrt(platform) * exp((start_age - age) / 3.0) else 0 end as promotion_mean
    from today
),

made as (
    select
        *,
        -- Of none comes none: nothing is drawn for it.
        case when promotion_mean > 0 then count_around(
            promotion_mean, 6, draw('promoted', track_id, moment), draw('promoted whole', track_id, moment)
        ) else 0 end as new_promoted,
        count_around(
            tiktok_season * (
                platform * (
                    arrival_level
                    * case when age < first_age then 0 when age < 0 then 0.3 else pow(1 + age / 5.0, -0.9) end
                    + new_spark
                )
                + (branching + 0.25 * least(new_spark, 1)) * exp(-greatest(age, 0) / novelty_days)
                -- A sound everybody has met inspires fewer.
                / (1 + older_videos / (600 * platform))
                * (0.65 * recent_videos + 0.35 * older_videos)
            ),
            10, draw('organic', track_id, moment), draw('organic whole', track_id, moment)
        ) as new_organic
    from expected
),

-- Views per video are heavy-tailed: a day of few videos swings widely, a day of thousands does not.
viewed as (
    select
        *,
        case when new_organic > 0
            then new_organic * spread(1.5 / sqrt(1 + new_organic / 12), draw('luck', track_id, moment)) else 0 end
            + 0.4 * new_promoted as lucky_videos
    from made
),

flown as (
    select
        *,
        0.6 * recent_videos + 0.4 * lucky_videos as new_recent_videos,
        0.9 * older_videos + 0.1 * lucky_videos as new_older_videos,
        0.72 * watched_videos + lucky_videos as new_watched_videos,
        0.72 * watched_promotion + 2.5 * new_promoted as new_watched_promotion,
        0.75 * waiting + 0.25 * conversion * pow(lucky_videos, 0.8) / sqrt(platform) as new_waiting,
        0.955 * inflow + 0.06 * waiting as new_inflow,
        word_of_mouth + 0.05 * normal(draw('word of mouth', track_id, moment)) as new_word_of_mouth,
        0.93 * playlist + case when uniform(draw('playlist', track_id, moment)) < 0.009 and age >= 0
            then least(exp(-0.4 + 0.9 * normal(draw('playlist size', track_id, moment))), 4) else 0 end as new_playlist
    from viewed
),

heard as (
    select
        *,
        vk_season * exp(new_word_of_mouth) as mood,
        fan_level * (
            pow(1 + greatest(age, 0) / 2.5, -decay) * exp(-fading * greatest(age - 6, 0) / 24)
            + hype * exp(-age / 1.6)
        ) as fan_mean,
        fan_level * new_playlist * 0.55 + 6 * new_playlist as playlist_mean,
        100 * new_inflow as inflow_mean
    from flown
)

select
    track_id,
    replica,
    age,
    new_recent_videos as recent_videos,
    new_older_videos as older_videos,
    new_watched_videos as watched_videos,
    new_watched_promotion as watched_promotion,
    new_waiting as waiting,
    new_inflow as inflow,
    new_spark as spark,
    new_word_of_mouth as word_of_mouth,
    new_playlist as playlist,
    new_organic as organic_creations,
    new_promoted as promoted_creations,
    case when age < 0 then 0 else count_around(
        mood * (fan_mean + playlist_mean + inflow_mean),
        150, draw('streams', track_id, moment), draw('streams whole', track_id, moment)
    ) end as streams,
    playlist_mean / (fan_mean + playlist_mean + inflow_mean) as playlist_share,
    inflow_mean / (fan_mean + playlist_mean + inflow_mean) as inflow_share,
    total_14 + case when age between 0 and 13 then streams else 0 end as total_14,
    total_30 + case when age between 0 and 29 then streams else 0 end as total_30
from heard
