-- Whom the label promotes on TikTok, how much and from when. Reads the variables seed and late_campaigns.

-- one row per scenario and recording that is promoted in it: creations a day that it buys at first, on the platform of
-- 2019, what that cost in roubles, and its first day. Scenario 0 is the world itself; only the first track of a release
-- is prominent enough to be promoted.
create or replace table promotions as
select
    0 as scenario,
    track_id,
    6 * pow(fans, 0.75) * exp(1.1 * normal(draw('promotion size', track_id))) as promotion_size,
    greatest(round(unit_price() * promotion_size * spread(0.3, draw('promotion spend', track_id)), 2), 0.01) as spend,
    case when uniform(draw('late promotion', track_id)) < getvariable('late_campaigns')
        then floor(uniform(draw('late promotion start', track_id)) * 11)::integer + 4
        else floor(uniform(draw('promotion start', track_id)) * 9)::integer - 5 end as start_age
from tracks
where uniform(draw('promotion', track_id)) < 0.12 * pow(fans, 0.25) and prominence >= 0.85 and not is_evergreen;
