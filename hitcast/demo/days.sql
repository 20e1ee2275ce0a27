-- Keeps what the day of `state` shows to the platforms' counters. Reads the variable seed.
insert into track_days
select
    tracks.release_date + state.age as day,
    state.track_id,
    state.age,
    state.organic_creations,
    state.promoted_creations,
    whole(130 * state.watched_videos, draw('views', state.track_id, state.age)) as organic_views,
    whole(130 * state.watched_promotion, draw('promoted views', state.track_id, state.age)) as promoted_views,
    state.streams,
    state.playlist_share,
    state.inflow_share
from state
inner join tracks using (track_id)
where state.replica = 0
    and (state.streams > 0 or state.watched_videos + state.watched_promotion > 0.01)
