-- one row per past release that began like a release, and day: its cumulative streams
select
    precedents.similarity_rank,
    days.release_id,
    days.day_number + 1 as days_since_release,
    sum(days.vk_streams) over (
        partition by days.release_id order by days.day_number rows between unbounded preceding and current row
    ) as streams
from similar_releases as precedents
inner join release_days as days on precedents.similar_release_id = days.release_id
where
    precedents.release_id = $release_id
    and precedents.run_id = $run_id
    and precedents.horizon_days = $horizon
    and days.day_number between 0 and $horizon - 1
order by precedents.similarity_rank, days.day_number
