-- one row per release and as-of day 1 to 7 that TikTok data reaches


with releases as (

    select * from "warehouse"."main"."releases"

),

dataset_days as (

    select * from "warehouse"."main"."dataset_days"

),

as_of_days as (

    select numbered.as_of_day
    from (values (1), (2), (3), (4), (5), (6), (7)) as numbered (as_of_day)

)

select
    releases.release_id,
    as_of_days.as_of_day,
    releases.release_date,
    releases.release_date + as_of_days.as_of_day as as_of_date
from releases
cross join as_of_days
cross join dataset_days
where releases.release_date + as_of_days.as_of_day <= dataset_days.tiktok_data_through_date + 1