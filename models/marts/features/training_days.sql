-- one row per release and day since release, of releases with a known day: its VK streams, a missing day estimated
with days as (

    select
        release_id,
        day_number,
        vk_streams,
        vk_landed_streams,
        vk_state = 'whole' as is_known
    from {{ ref('release_days') }}
    where
        day_number >= 0
        and vk_state != 'not_yet'

),

placed as (

    select
        release_id,
        day_number,
        vk_streams,
        vk_landed_streams,
        is_known,
        max(case when is_known then day_number end) over (
            partition by release_id order by day_number rows between unbounded preceding and current row
        ) as known_before,
        min(case when is_known then day_number end) over (
            partition by release_id order by day_number rows between current row and unbounded following
        ) as known_after
    from days

),

-- a missing day beside the nearest known days; before the first and after the last of them there is one neighbor
neighbored as (

    select
        placed.release_id,
        placed.day_number,
        placed.vk_landed_streams,
        ln(1 + days_before.vk_streams) as log_before,
        ln(1 + days_after.vk_streams) as log_after,
        cast(placed.day_number - placed.known_before as double) / nullif(placed.known_after - placed.known_before, 0)
            as way_to_after
    from placed
    left join days as days_before
        on
            placed.release_id = days_before.release_id
            and placed.known_before = days_before.day_number
    left join days as days_after
        on
            placed.release_id = days_after.release_id
            and placed.known_after = days_after.day_number
    where
        not placed.is_known
        and coalesce(placed.known_before, placed.known_after) is not null

)

select
    release_id,
    day_number,
    vk_streams,
    false as is_estimated
from placed
where is_known
union all
select
    release_id,
    day_number,
    -- a partial day had at least what landed
    greatest(
        coalesce(vk_landed_streams, 0),
        cast(round(exp(
            case
                when log_before is null then log_after
                when log_after is null then log_before
                else log_before + way_to_after * (log_after - log_before)
            end
        ) - 1) as bigint)
    ) as vk_streams,
    true as is_estimated
from neighbored
