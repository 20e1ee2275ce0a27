-- one row per open release and spend of the campaign log, with what is known of who listens to the release
with names as (
    select distinct release_id, artist_name, release_title
    from release_predictions
),

listeners as (
    select
        release_id,
        sum(vk_paid_streams) / nullif(sum(vk_streams), 0) as paid_share
    from release_days
    where day_number >= 0 and vk_paid_streams is not null
    group by release_id
)

select promotion_effects.*, names.artist_name, names.release_title, listeners.paid_share
from promotion_effects
left join names on promotion_effects.release_id = names.release_id
left join listeners on promotion_effects.release_id = listeners.release_id
order by promotion_effects.release_id, promotion_effects.spend
