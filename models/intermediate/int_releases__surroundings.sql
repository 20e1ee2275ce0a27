-- one row per release: its place in the calendar and beside other releases, known on its release date
with releases as (

    select * from {{ ref('releases') }}

),

holidays as (

    select * from {{ ref('holidays') }}

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
            and holidays.holiday_date < releases.release_date + {{ var('class_horizon') }}
    group by releases.release_id

),

-- those out on the same day or in the six days before
competitors as (

    select
        releases.release_id,
        count(*) as competing_releases,
        count(*) filter (where other.genre = releases.genre) as competing_genre_releases
    from releases
    inner join releases as other
        on
            releases.release_id != other.release_id
            and releases.release_date >= other.release_date
            and releases.release_date <= other.release_date + 6
    where not other.is_reissue
    group by releases.release_id

)

select
    releases.release_id,
    cast({{ weekday_number('releases.release_date') }} as integer) as release_weekday,
    cast(extract(month from releases.release_date) as integer) as release_month,
    coalesce(holiday_counts.first_week_holidays, 0) as first_week_holidays,
    coalesce(holiday_counts.window_holidays, 0) as window_holidays,
    coalesce(competitors.competing_releases, 0) as competing_releases,
    coalesce(competitors.competing_genre_releases, 0) as competing_genre_releases
from releases
left join holiday_counts on releases.release_id = holiday_counts.release_id
left join competitors on releases.release_id = competitors.release_id
