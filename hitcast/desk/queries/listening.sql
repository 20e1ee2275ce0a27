-- one row: where a release's streams on whole days came from, as shares of them
select
    sum(vk_streams) as streams,
    sum(vk_playlist_streams) / nullif(sum(vk_streams), 0) as playlist,
    sum(vk_search_streams) / nullif(sum(vk_streams), 0) as search,
    sum(vk_recommendation_streams) / nullif(sum(vk_streams), 0) as recommendation,
    sum(vk_own_music_streams) / nullif(sum(vk_streams), 0) as own_music,
    sum(vk_paid_streams) / nullif(sum(vk_streams), 0) as paid
from release_days
where release_id = $release_id and day_number >= 0 and vk_state = 'whole'
