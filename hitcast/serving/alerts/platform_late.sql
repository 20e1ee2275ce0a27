-- one row per platform whose last whole day lies further back than usual
with days as (

    select
        raw_table,
        delivered_day,
        -- unknown where a clock in the future dated it
        case
            when cast(delivered_at as date) <= cast($today as date) + 1 then cast(delivered_at as date)
        end as delivered_date,
        -- a day that is unknown for some releases has come; one that is unknown for all has not
        day_state = 'whole' or partial_release_count is not null as is_whole
    from delivered_days
    where is_delivered

),

-- an archive, loaded at once, is one delivery
deliveries as (

    select
        raw_table,
        delivered_date,
        max(max(delivered_day)) over up_to_then as newest_day,
        lead(delivered_date) over (partition by raw_table order by delivered_date) as next_date
    from days
    where delivered_date is not null
    group by raw_table, delivered_date
    window up_to_then as (partition by raw_table order by delivered_date)
    qualify row_number() over (partition by raw_table order by delivered_date desc) <= 60

),

-- how far back the newest day lay on the eve of the next delivery, and how far behind the other platform's
waits as (

    select
        own.raw_table,
        own.delivered_date,
        own.newest_day,
        own.next_date - 1 - own.newest_day as wait_days,
        max(other.newest_day) - own.newest_day as gap_days
    from deliveries as own
    left join deliveries as other
        on
            own.raw_table <> other.raw_table
            and own.next_date > other.delivered_date
    group by own.raw_table, own.delivered_date, own.newest_day, own.next_date

),

-- nine in ten: a vendor who delivers by the month is not late every day
usual_waits as (

    select
        raw_table,
        coalesce(
            quantile_disc(wait_days, 0.9),
            max_by(delivered_date - newest_day, delivered_date)
        ) as usual_wait_days,
        greatest(coalesce(quantile_disc(gap_days, 0.9), 0), 0) as usual_gap_days
    from waits
    group by raw_table

),

last_days as (

    select
        raw_table,
        max(delivered_day) as last_whole_day
    from days
    where is_whole
    group by raw_table

),

publication as (

    select least(cast(max(published_at) as date), cast($today as date)) as published_date from publish_info

),

compared as (

    select
        last_days.raw_table,
        last_days.last_whole_day,
        other.last_whole_day as other_last_whole_day,
        greatest(
            publication.published_date - last_days.last_whole_day - usual_waits.usual_wait_days,
            other.last_whole_day - last_days.last_whole_day - usual_waits.usual_gap_days
        ) as days_late
    from last_days
    cross join publication
    inner join usual_waits on last_days.raw_table = usual_waits.raw_table
    left join last_days as other on last_days.raw_table <> other.raw_table

)

select
    raw_table as key,
    null as release_id,
    null as artist_name,
    null as release_title,
    case raw_table when 'vk_stream_days' then 'vk' else 'tiktok' end as platform,
    last_whole_day,
    other_last_whole_day,
    days_late
from compared
where days_late > $late_days
order by days_late desc, key
