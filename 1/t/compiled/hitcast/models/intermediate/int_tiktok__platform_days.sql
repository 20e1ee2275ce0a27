-- one row per day: TikTok activity on all sounds of the landing, matched to a recording or not


with sound_days as (

    select * from "warehouse"."main"."stg_tiktok__sound_days"
    where
        territory = 'RU'
        

),

last_delivery as (

    select max(delivery_number) as delivery_number from "warehouse"."main"."stg_landing__deliveries"

),

platform_days as (

    select
        activity_date,
        cast(sum(views) as bigint) as views,
        cast(sum(creations) as bigint) as creations
    from sound_days
    group by activity_date

)

select
    platform_days.activity_date,
    platform_days.views,
    platform_days.creations,
    last_delivery.delivery_number
from platform_days
cross join last_delivery