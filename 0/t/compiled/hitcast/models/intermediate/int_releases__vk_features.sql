-- one row per release and as-of day: VK streams of the days before the as-of day

-- depends_on: "warehouse"."main"."int_releases__as_of_days"

with as_of_days as (

    
        select * from "warehouse"."main"."int_releases__as_of_days"
    

),

first_days as (

    select * from "warehouse"."main"."int_releases__first_days"
    where day_number >= 0

),

last_delivery as (

    select max(delivery_number) as delivery_number from "warehouse"."main"."stg_landing__deliveries"

),

aggregated as (

    select
        as_of_days.release_id,
        as_of_days.as_of_day,
        as_of_days.as_of_date,
            max(first_days.streams) filter (where first_days.day_number = 0) as streams_day_0,
            max(first_days.streams) filter (where first_days.day_number = 1) as streams_day_1,
            max(first_days.streams) filter (where first_days.day_number = 2) as streams_day_2,
            max(first_days.streams) filter (where first_days.day_number = 3) as streams_day_3,
            max(first_days.streams) filter (where first_days.day_number = 4) as streams_day_4,
            max(first_days.streams) filter (where first_days.day_number = 5) as streams_day_5,
            max(first_days.streams) filter (where first_days.day_number = 6) as streams_day_6,
        cast(sum(first_days.streams) as bigint) as streams_total,
        (
    count(ln(1 + first_days.streams)) * cast(
      sum(cast(ln(1 + first_days.streams) as decimal(12, 9)) * cast(first_days.day_number as decimal(2, 0))) as double
    )
    - sum(first_days.day_number) filter (where ln(1 + first_days.streams) is not null)
    * cast(sum(cast(ln(1 + first_days.streams) as decimal(12, 9))) as double)
  ) / nullif(
    count(ln(1 + first_days.streams)) * sum(first_days.day_number * first_days.day_number) filter (where ln(1 + first_days.streams) is not null)
    - power(sum(first_days.day_number) filter (where ln(1 + first_days.streams) is not null), 2),
    0
  ) as streams_log_slope,
        max(first_days.streams) filter (where first_days.day_number = as_of_days.as_of_day - 1) as streams_last_day,
        max(first_days.views) filter (where first_days.day_number = as_of_days.as_of_day - 1) as views_last_day,
        sum(first_days.views) filter (where first_days.day_number >= as_of_days.as_of_day - 3) as views_last_three_days,
        sum(first_days.views) filter (where first_days.day_number < as_of_days.as_of_day - 3) as views_earlier,
            cast(sum(first_days.playlist_streams) as bigint) as playlist_streams_total,
            cast(sum(first_days.search_streams) as bigint) as search_streams_total,
            cast(sum(first_days.recommendation_streams) as bigint) as recommendation_streams_total,
            cast(sum(first_days.own_music_streams) as bigint) as own_music_streams_total,
            cast(sum(first_days.paid_streams) as bigint) as paid_streams_total,
        count(*) filter (where first_days.is_vk_delivered) as delivered_days
    from as_of_days
    inner join first_days
        on
            as_of_days.release_id = first_days.release_id
            and as_of_days.as_of_day > first_days.day_number
    group by as_of_days.release_id, as_of_days.as_of_day, as_of_days.as_of_date

)

select
    aggregated.release_id,
    aggregated.as_of_day,
    aggregated.as_of_date,
        aggregated.streams_day_0 as vk_streams_day_0,
        aggregated.streams_day_1 as vk_streams_day_1,
        aggregated.streams_day_2 as vk_streams_day_2,
        aggregated.streams_day_3 as vk_streams_day_3,
        aggregated.streams_day_4 as vk_streams_day_4,
        aggregated.streams_day_5 as vk_streams_day_5,
        aggregated.streams_day_6 as vk_streams_day_6,
    aggregated.streams_total as vk_streams_total,
    aggregated.streams_log_slope as vk_streams_log_slope,
    case when aggregated.as_of_day > 1 then aggregated.streams_last_day / nullif(aggregated.streams_day_0, 0) end
        as vk_streams_last_over_first,
    -- with 1 added: the logs of few streams stay within bounds
    case
        when aggregated.as_of_day > 1
            then ln(1 + aggregated.streams_day_0) - ln(1 + aggregated.streams_total)
    end as vk_streams_first_day_log_ratio,
    case
        when aggregated.as_of_day > 1
            then ln(1 + aggregated.streams_last_day) - ln(1 + aggregated.streams_total)
    end as vk_streams_last_day_log_ratio,
        ln(1 + aggregated.views_last_day) - ln(1 + aggregated.streams_total)
            as vk_tiktok_views_last_day_log_ratio,
        ln(1 + aggregated.views_last_three_days) - ln(1 + aggregated.streams_total)
            as vk_tiktok_views_last_three_days_log_ratio,
        ln(1 + aggregated.views_earlier) - ln(1 + aggregated.streams_total)
            as vk_tiktok_views_earlier_log_ratio,
        aggregated.playlist_streams_total / nullif(aggregated.streams_total, 0) as vk_playlist_share,
        aggregated.search_streams_total / nullif(aggregated.streams_total, 0) as vk_search_share,
        aggregated.recommendation_streams_total / nullif(aggregated.streams_total, 0) as vk_recommendation_share,
        aggregated.own_music_streams_total / nullif(aggregated.streams_total, 0) as vk_own_music_share,
        aggregated.paid_streams_total / nullif(aggregated.streams_total, 0) as vk_paid_share,
    aggregated.delivered_days as vk_delivered_days,
    last_delivery.delivery_number
from aggregated
cross join last_delivery