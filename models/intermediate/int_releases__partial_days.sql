-- one row per release and day of which the figures of one of its recordings are unknown
with partial_recordings as (

    select * from {{ ref('int_landing__partial_recordings') }}

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

)

select
    recordings.release_id,
    partial_recordings.delivered_day,
    max(case when partial_recordings.table_name = 'tiktok_sound_days' then 'partial' end) as tiktok_state,
    max(case when partial_recordings.table_name = 'vk_stream_days' then 'partial' end) as vk_state
from partial_recordings
inner join recordings on partial_recordings.isrc = recordings.isrc
group by
    recordings.release_id,
    partial_recordings.delivered_day
