
    

    create  table
      "warehouse"."main"."int_releases__tiktok_features"
  
    
    as (
      -- one row per release and as-of day: TikTok activity of the days before the as-of day

-- depends_on: "warehouse"."main"."int_releases__as_of_days"

with as_of_days as (

    
        select * from "warehouse"."main"."int_releases__as_of_days"
    

),

first_days as (

    select * from "warehouse"."main"."int_releases__first_days"
    

),

last_delivery as (

    select max(delivery_number) as delivery_number from "warehouse"."main"."stg_landing__deliveries"

),

-- once for all as-of days, which then see the day values before them: a fifth less time than once for each
by_release as (

    select
        release_id,
                max(views) filter (where day_number = 0) as views_day_0,
                max(views) filter (where day_number = 1) as views_day_1,
                max(views) filter (where day_number = 2) as views_day_2,
                max(views) filter (where day_number = 3) as views_day_3,
                max(views) filter (where day_number = 4) as views_day_4,
                max(views) filter (where day_number = 5) as views_day_5,
                max(views) filter (where day_number = 6) as views_day_6,
                max(creations) filter (where day_number = 0) as creations_day_0,
                max(creations) filter (where day_number = 1) as creations_day_1,
                max(creations) filter (where day_number = 2) as creations_day_2,
                max(creations) filter (where day_number = 3) as creations_day_3,
                max(creations) filter (where day_number = 4) as creations_day_4,
                max(creations) filter (where day_number = 5) as creations_day_5,
                max(creations) filter (where day_number = 6) as creations_day_6,
                max(likes) filter (where day_number = 0) as likes_day_0,
                max(likes) filter (where day_number = 1) as likes_day_1,
                max(likes) filter (where day_number = 2) as likes_day_2,
                max(likes) filter (where day_number = 3) as likes_day_3,
                max(likes) filter (where day_number = 4) as likes_day_4,
                max(likes) filter (where day_number = 5) as likes_day_5,
                max(likes) filter (where day_number = 6) as likes_day_6,
        cast(sum(views) filter (where day_number < 0) as bigint) as teaser_views_total,
        cast(sum(creations) filter (where day_number < 0) as bigint) as teaser_creations_total,
        count(*) filter (where day_number < 0 and views > 0) as teaser_days_active
    from first_days
    group by release_id

),

known_days as (

    select
        as_of_days.release_id,
        as_of_days.as_of_day,
        as_of_days.as_of_date,
        first_days.day_number,
        first_days.views,
        first_days.creations,
        first_days.likes,
        first_days.comments,
        first_days.shares,
        first_days.favorites,
        first_days.pgc_views,
        first_days.pgc_creations,
        first_days.largest_sound_creations,
        first_days.active_sounds,
        first_days.play_seconds,
        first_days.timed_views,
        first_days.platform_views,
        first_days.platform_creations,
        first_days.is_tiktok_delivered,
        ln(1 + first_days.views) as log_views,
        ln(1 + first_days.creations) as log_creations
    from as_of_days
    inner join first_days
        on
            as_of_days.release_id = first_days.release_id
            and as_of_days.as_of_day > first_days.day_number
    where first_days.day_number >= 0

),

aggregated as (

    select
        release_id,
        as_of_day,
        as_of_date,
            cast(sum(views) as bigint) as views_total,
            cast(sum(creations) as bigint) as creations_total,
            cast(sum(likes) as bigint) as likes_total,
            cast(sum(comments) as bigint) as comments_total,
            cast(sum(shares) as bigint) as shares_total,
            cast(sum(favorites) as bigint) as favorites_total,
            (
    count(log_views) * cast(
      sum(cast(log_views as decimal(12, 9)) * cast(day_number as decimal(2, 0))) as double
    )
    - sum(day_number) filter (where log_views is not null)
    * cast(sum(cast(log_views as decimal(12, 9))) as double)
  ) / nullif(
    count(log_views) * sum(day_number * day_number) filter (where log_views is not null)
    - power(sum(day_number) filter (where log_views is not null), 2),
    0
  ) as views_log_slope,
            max(views) filter (where day_number = as_of_day - 1) as views_last_day,
            -- the earliest of the days with the most
            max_by(day_number, views * 8 - day_number) as views_peak_day,
            (
    count(log_creations) * cast(
      sum(cast(log_creations as decimal(12, 9)) * cast(day_number as decimal(2, 0))) as double
    )
    - sum(day_number) filter (where log_creations is not null)
    * cast(sum(cast(log_creations as decimal(12, 9))) as double)
  ) / nullif(
    count(log_creations) * sum(day_number * day_number) filter (where log_creations is not null)
    - power(sum(day_number) filter (where log_creations is not null), 2),
    0
  ) as creations_log_slope,
            max(creations) filter (where day_number = as_of_day - 1) as creations_last_day,
            -- the earliest of the days with the most
            max_by(day_number, creations * 8 - day_number) as creations_peak_day,
        cast(sum(pgc_views) as bigint) as pgc_views_total,
        cast(sum(pgc_creations) as bigint) as pgc_creations_total,
        cast(sum(largest_sound_creations) as bigint) as largest_sound_creations_total,
        max(active_sounds) as active_sounds_peak,
        cast(sum(cast(play_seconds as decimal(30, 12))) as double) as play_seconds_total,
        cast(sum(timed_views) as bigint) as timed_views_total,
        cast(sum(platform_views) as bigint) as platform_views_total,
        cast(sum(platform_creations) as bigint) as platform_creations_total,
        count(*) filter (where is_tiktok_delivered) as delivered_days
    from known_days
    group by release_id, as_of_day, as_of_date

)

select
    aggregated.release_id,
    aggregated.as_of_day,
    aggregated.as_of_date,
            case when aggregated.as_of_day > 0 then by_release.views_day_0 end
                as tiktok_views_day_0,
            case when aggregated.as_of_day > 1 then by_release.views_day_1 end
                as tiktok_views_day_1,
            case when aggregated.as_of_day > 2 then by_release.views_day_2 end
                as tiktok_views_day_2,
            case when aggregated.as_of_day > 3 then by_release.views_day_3 end
                as tiktok_views_day_3,
            case when aggregated.as_of_day > 4 then by_release.views_day_4 end
                as tiktok_views_day_4,
            case when aggregated.as_of_day > 5 then by_release.views_day_5 end
                as tiktok_views_day_5,
            case when aggregated.as_of_day > 6 then by_release.views_day_6 end
                as tiktok_views_day_6,
        aggregated.views_total as tiktok_views_total,
        aggregated.views_log_slope as tiktok_views_log_slope,
        case
            when
                aggregated.as_of_day > 1
                then aggregated.views_last_day / nullif(by_release.views_day_0, 0)
        end
            as tiktok_views_last_over_first,
        case
                when aggregated.as_of_day = 3 then
                    ln(1 + by_release.views_day_2)
                    - ln(1 + by_release.views_day_1)
                    - ln(1 + by_release.views_day_1) + ln(1 + by_release.views_day_0)
                when aggregated.as_of_day = 4 then
                    ln(1 + by_release.views_day_3)
                    - ln(1 + by_release.views_day_2)
                    - ln(1 + by_release.views_day_1) + ln(1 + by_release.views_day_0)
                when aggregated.as_of_day = 5 then
                    ln(1 + by_release.views_day_4)
                    - ln(1 + by_release.views_day_3)
                    - ln(1 + by_release.views_day_1) + ln(1 + by_release.views_day_0)
                when aggregated.as_of_day = 6 then
                    ln(1 + by_release.views_day_5)
                    - ln(1 + by_release.views_day_4)
                    - ln(1 + by_release.views_day_1) + ln(1 + by_release.views_day_0)
                when aggregated.as_of_day = 7 then
                    ln(1 + by_release.views_day_6)
                    - ln(1 + by_release.views_day_5)
                    - ln(1 + by_release.views_day_1) + ln(1 + by_release.views_day_0)
        end as tiktok_views_acceleration,
        aggregated.views_peak_day as tiktok_views_peak_day,
            case when aggregated.as_of_day > 0 then by_release.creations_day_0 end
                as tiktok_creations_day_0,
            case when aggregated.as_of_day > 1 then by_release.creations_day_1 end
                as tiktok_creations_day_1,
            case when aggregated.as_of_day > 2 then by_release.creations_day_2 end
                as tiktok_creations_day_2,
            case when aggregated.as_of_day > 3 then by_release.creations_day_3 end
                as tiktok_creations_day_3,
            case when aggregated.as_of_day > 4 then by_release.creations_day_4 end
                as tiktok_creations_day_4,
            case when aggregated.as_of_day > 5 then by_release.creations_day_5 end
                as tiktok_creations_day_5,
            case when aggregated.as_of_day > 6 then by_release.creations_day_6 end
                as tiktok_creations_day_6,
        aggregated.creations_total as tiktok_creations_total,
        aggregated.creations_log_slope as tiktok_creations_log_slope,
        case
            when
                aggregated.as_of_day > 1
                then aggregated.creations_last_day / nullif(by_release.creations_day_0, 0)
        end
            as tiktok_creations_last_over_first,
        case
                when aggregated.as_of_day = 3 then
                    ln(1 + by_release.creations_day_2)
                    - ln(1 + by_release.creations_day_1)
                    - ln(1 + by_release.creations_day_1) + ln(1 + by_release.creations_day_0)
                when aggregated.as_of_day = 4 then
                    ln(1 + by_release.creations_day_3)
                    - ln(1 + by_release.creations_day_2)
                    - ln(1 + by_release.creations_day_1) + ln(1 + by_release.creations_day_0)
                when aggregated.as_of_day = 5 then
                    ln(1 + by_release.creations_day_4)
                    - ln(1 + by_release.creations_day_3)
                    - ln(1 + by_release.creations_day_1) + ln(1 + by_release.creations_day_0)
                when aggregated.as_of_day = 6 then
                    ln(1 + by_release.creations_day_5)
                    - ln(1 + by_release.creations_day_4)
                    - ln(1 + by_release.creations_day_1) + ln(1 + by_release.creations_day_0)
                when aggregated.as_of_day = 7 then
                    ln(1 + by_release.creations_day_6)
                    - ln(1 + by_release.creations_day_5)
                    - ln(1 + by_release.creations_day_1) + ln(1 + by_release.creations_day_0)
        end as tiktok_creations_acceleration,
        aggregated.creations_peak_day as tiktok_creations_peak_day,
    aggregated.views_total / nullif(aggregated.creations_total, 0) as tiktok_views_per_creation,
    aggregated.comments_total as tiktok_comments_total,
    aggregated.shares_total as tiktok_shares_total,
    aggregated.favorites_total as tiktok_favorites_total,
        aggregated.comments_total / nullif(aggregated.views_total, 0) as tiktok_comments_per_view,
        aggregated.shares_total / nullif(aggregated.views_total, 0) as tiktok_shares_per_view,
        aggregated.favorites_total / nullif(aggregated.views_total, 0) as tiktok_favorites_per_view,
        case when aggregated.as_of_day > 0 then by_release.likes_day_0 end
            as tiktok_likes_day_0,
        case when aggregated.as_of_day > 1 then by_release.likes_day_1 end
            as tiktok_likes_day_1,
        case when aggregated.as_of_day > 2 then by_release.likes_day_2 end
            as tiktok_likes_day_2,
        case when aggregated.as_of_day > 3 then by_release.likes_day_3 end
            as tiktok_likes_day_3,
        case when aggregated.as_of_day > 4 then by_release.likes_day_4 end
            as tiktok_likes_day_4,
        case when aggregated.as_of_day > 5 then by_release.likes_day_5 end
            as tiktok_likes_day_5,
        case when aggregated.as_of_day > 6 then by_release.likes_day_6 end
            as tiktok_likes_day_6,
    aggregated.likes_total as tiktok_likes_total,
    aggregated.likes_total / nullif(aggregated.views_total, 0) as tiktok_likes_per_view,
    aggregated.active_sounds_peak as tiktok_active_sounds_peak,
    aggregated.pgc_views_total / nullif(aggregated.views_total, 0) as tiktok_pgc_share_of_views,
    aggregated.pgc_creations_total / nullif(aggregated.creations_total, 0) as tiktok_pgc_share_of_creations,
    aggregated.creations_total - aggregated.pgc_creations_total as tiktok_ugc_creations_total,
    aggregated.largest_sound_creations_total / nullif(aggregated.creations_total, 0) as tiktok_largest_sound_share,
    aggregated.play_seconds_total / nullif(aggregated.timed_views_total, 0) as tiktok_average_play_seconds,
    by_release.teaser_views_total as tiktok_teaser_views_total,
    by_release.teaser_creations_total as tiktok_teaser_creations_total,
    by_release.teaser_days_active as tiktok_teaser_days_active,
    aggregated.views_total / nullif(aggregated.platform_views_total, 0) as tiktok_share_of_platform_views,
    aggregated.creations_total / nullif(aggregated.platform_creations_total, 0) as tiktok_share_of_platform_creations,
    aggregated.platform_views_total as tiktok_platform_views_total,
    aggregated.delivered_days as tiktok_delivered_days,
    last_delivery.delivery_number
from aggregated
inner join by_release on aggregated.release_id = by_release.release_id
cross join last_delivery
    );
    
  
  