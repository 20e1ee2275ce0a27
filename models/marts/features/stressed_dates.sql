-- one row per release, days by which its date is wrong, and day since the true date: what its first streams say of it
-- a view: backtests alone read it
{{ config(materialized='view') }}

with release_days as (

    select * from {{ ref('release_days') }}

),

sampled as (

    select * from {{ ref('int_releases__stressed') }}

),

asked as (

    select
        sampled.release_id as true_release_id,
        days_wrong.days_wrong,
        as_of_days.as_of_day,
        sampled.release_id || ' ' || cast(days_wrong.days_wrong as string) || ' '
        || cast(as_of_days.as_of_day as string) as release_id
    from sampled
    cross join (
        values {{ days_wrong() }}
    ) as days_wrong (days_wrong)
    cross join (
        values (3), (7), (14)
    ) as as_of_days (as_of_day)

),

-- the days known by then, counted from the wrong date
observed as (

    select
        asked.release_id,
        release_days.day_number - asked.days_wrong as day_number,
        release_days.vk_streams as streams
    from asked
    inner join release_days
        on
            asked.true_release_id = release_days.release_id
            and asked.as_of_day > release_days.day_number

),

{{ judged_dates() }}

select
    asked.true_release_id as release_id,
    asked.days_wrong,
    asked.as_of_day,
    dated.verdict,
    dated.days_moved,
    dated.verdict in ('early streams', 'late streams') and dated.days_moved = 0 as is_refused
from asked
inner join dated on asked.release_id = dated.release_id
