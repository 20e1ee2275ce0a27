
    

    create  table
      "warehouse"."main"."int_releases__first_days"
  
    
    as (
      -- one row per release and day from the first teaser day to day 6, delivered or not

-- depends_on: "warehouse"."main"."stg_catalog__tracks"

with releases as (

    select * from "warehouse"."main"."releases"

),

days as (

    select * from "warehouse"."main"."int_landing__days"

),

tiktok_days as (

    select * from "warehouse"."main"."int_tiktok__release_days"

),

vk_days as (

    select * from "warehouse"."main"."int_vk__release_days"
    where day_number <= 6

),

platform_days as (

    select * from "warehouse"."main"."int_tiktok__platform_days"

),

last_delivery as (

    select max(delivery_number) as delivery_number from "warehouse"."main"."stg_landing__deliveries"

),

day_numbers as (

    select numbered.day_number
    from (
        values
        (-14),
        (-13),
        (-12),
        (-11),
        (-10),
        (-9),
        (-8),
        (-7),
        (-6),
        (-5),
        (-4),
        (-3),
        (-2),
        (-1),
        (0),
        (1),
        (2),
        (3),
        (4),
        (5),
        (6)
        
    ) as numbered (day_number)

),



release_days as (

    select
        releases.release_id,
        releases.release_date + day_numbers.day_number as activity_date,
        day_numbers.day_number,
        coalesce(days.is_tiktok_delivered, false) as is_tiktok_delivered,
        coalesce(days.is_vk_delivered, false) as is_vk_delivered
    from releases
    cross join day_numbers
    left join days on releases.release_date + day_numbers.day_number = days.delivered_day
    

)

select
    release_days.release_id,
    release_days.activity_date,
    release_days.day_number,
        case when tiktok_days.release_id is not null then tiktok_days.views when release_days.is_tiktok_delivered then 0 end as views,
        case when tiktok_days.release_id is not null then tiktok_days.creations when release_days.is_tiktok_delivered then 0 end as creations,
        case when tiktok_days.release_id is not null then tiktok_days.likes when release_days.is_tiktok_delivered then 0 end as likes,
        case when tiktok_days.release_id is not null then tiktok_days.comments when release_days.is_tiktok_delivered then 0 end as comments,
        case when tiktok_days.release_id is not null then tiktok_days.shares when release_days.is_tiktok_delivered then 0 end as shares,
        case when tiktok_days.release_id is not null then tiktok_days.favorites when release_days.is_tiktok_delivered then 0 end as favorites,
        case when tiktok_days.release_id is not null then tiktok_days.pgc_views when release_days.is_tiktok_delivered then 0 end as pgc_views,
        case when tiktok_days.release_id is not null then tiktok_days.pgc_creations when release_days.is_tiktok_delivered then 0 end as pgc_creations,
        case when tiktok_days.release_id is not null then tiktok_days.largest_sound_creations when release_days.is_tiktok_delivered then 0 end as largest_sound_creations,
        case when tiktok_days.release_id is not null then tiktok_days.active_sounds when release_days.is_tiktok_delivered then 0 end as active_sounds,
        case when tiktok_days.release_id is not null then tiktok_days.play_seconds when release_days.is_tiktok_delivered then 0 end as play_seconds,
        case when tiktok_days.release_id is not null then tiktok_days.timed_views when release_days.is_tiktok_delivered then 0 end as timed_views,
    platform_days.views as platform_views,
    platform_days.creations as platform_creations,
        case when vk_days.release_id is not null then vk_days.streams when release_days.is_vk_delivered then 0 end as streams,
        case when vk_days.release_id is not null then vk_days.playlist_streams when release_days.is_vk_delivered then 0 end as playlist_streams,
        case when vk_days.release_id is not null then vk_days.search_streams when release_days.is_vk_delivered then 0 end as search_streams,
        case when vk_days.release_id is not null then vk_days.recommendation_streams when release_days.is_vk_delivered then 0 end as recommendation_streams,
        case when vk_days.release_id is not null then vk_days.own_music_streams when release_days.is_vk_delivered then 0 end as own_music_streams,
        case when vk_days.release_id is not null then vk_days.paid_streams when release_days.is_vk_delivered then 0 end as paid_streams,
    release_days.is_tiktok_delivered,
    release_days.is_vk_delivered,
    last_delivery.delivery_number
from release_days
left join tiktok_days
    on
        release_days.release_id = tiktok_days.release_id
        and release_days.day_number = tiktok_days.day_number
left join vk_days
    on
        release_days.release_id = vk_days.release_id
        and release_days.day_number = vk_days.day_number
left join platform_days on release_days.activity_date = platform_days.activity_date
cross join last_delivery
    );
    
  
  