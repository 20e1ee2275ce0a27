-- one row per release: its place in the calendar and beside other releases, known on its release date
-- a view: release_features alone reads it, and writing its columns twice would cost more than computing them


with releases as (

    select * from "warehouse"."main"."releases"

),

holidays as (

    select * from "warehouse"."main"."holidays"

),

holiday_counts as (

    select
        releases.release_id,
        count(*) filter (where holidays.holiday_date < releases.release_date + 7) as first_week_holidays,
        count(*) as window_holidays
    from releases
    inner join holidays
        on
            releases.release_date <= holidays.holiday_date
            and holidays.holiday_date < releases.release_date + 30
    group by releases.release_id

),

numbered as (

    select
        release_id,
        genre,
        (release_date - date '1900-01-01') as release_day,
        case when is_reissue then 0 else 1 end as competitor
    from releases

),

-- those out on the same day or in the six days before, less the release itself
competitors as (

    select
        release_id,
        cast(sum(competitor) over (
            order by release_day range between 6 preceding and current row
        ) as bigint) - competitor as competing_releases,
        cast(sum(competitor) over (
            partition by genre order by release_day range between 6 preceding and current row
        ) as bigint) - competitor as competing_genre_releases
    from numbered

)

select
    releases.release_id,
    cast(mod((releases.release_date - date '1900-01-01'), 7) as integer) as release_weekday,
    cast(extract(month from releases.release_date) as integer) as release_month,
    coalesce(holiday_counts.first_week_holidays, 0) as first_week_holidays,
    coalesce(holiday_counts.window_holidays, 0) as window_holidays,
    competitors.competing_releases,
    competitors.competing_genre_releases
from releases
left join holiday_counts on releases.release_id = holiday_counts.release_id
inner join competitors on releases.release_id = competitors.release_id