-- one row per day, recording and audience segment, of the days that VK reports as totals since release
with totals_days as (

    select
        delivered_day,
        day_state
    from {{ ref('stg_landing__deliveries') }}
    where table_name = 'vk_stream_days' and not is_withdrawn and counts = 'cumulative'

),

stream_days as (

    select * from {{ ref('stg_vk__stream_days') }}
    where territory = '{{ var("territory") }}'

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

whole_days as (

    select
        delivered_day,
        {{ days_since_release('delivered_day', "date '1970-01-01'") }}
        - row_number() over (order by delivered_day) as run_number
    from totals_days
    where day_state = 'whole'

),

-- the first of the whole days in a row that end with this one
runs as (

    select
        delivered_day,
        min(delivered_day) over (partition by run_number) as first_day
    from whole_days

),

totals as (

    select
        stream_days.isrc,
        stream_days.stream_date,
        stream_days.gender,
        stream_days.age_band,
        stream_days.stream_source,
        stream_days.subscription,
        stream_days.streams as total,
        lag(stream_days.stream_date) over by_segment as previous_date,
        lag(stream_days.streams) over by_segment as previous_total,
        lead(stream_days.stream_date) over by_segment as next_date,
        lead(stream_days.streams) over by_segment as next_total
    from stream_days
    semi join totals_days on stream_days.stream_date = totals_days.delivered_day
    window by_segment as (
        partition by
            stream_days.isrc,
            stream_days.gender,
            stream_days.age_band,
            stream_days.stream_source,
            stream_days.subscription
        order by stream_days.stream_date
    )

),

reported as (

    select
        totals.isrc,
        totals.stream_date,
        totals.gender,
        totals.age_band,
        totals.stream_source,
        totals.subscription,
        case
            when totals.total = coalesce(totals.previous_total, 0) then 0
            -- what came since belongs to one day only if the day before was delivered, and a total that falls to none
            when {{ days_since_release('totals.stream_date', 'totals.previous_date') }} = 1
                then case when totals.total > totals.previous_total then totals.total - totals.previous_total end
            -- all of it came that day: no day since release names it, and none of them is lacking
            when
                totals.previous_date is null
                and recordings.release_date between coalesce(runs.first_day, totals.stream_date) and totals.stream_date
                then totals.total
        end as streams
    from totals
    left join recordings on totals.isrc = recordings.isrc
    left join runs on totals.stream_date = runs.delivered_day + 1

),

-- a day that does not name what had a total before: nobody knows what it had, unless the next total is the same
unreported as (

    select
        totals.isrc,
        totals_days.delivered_day as stream_date,
        totals.gender,
        totals.age_band,
        totals.stream_source,
        totals.subscription,
        cast(null as bigint) as streams
    from totals
    inner join totals_days
        on
            totals.stream_date < totals_days.delivered_day
            and coalesce(totals.next_date, date '9999-12-31') > totals_days.delivered_day
    where
        totals.total > 0
        and totals.total is distinct from totals.next_total
        and coalesce({{ days_since_release('totals.next_date', 'totals.stream_date') }}, 2) > 1

)

select * from reported
where streams is null or streams > 0
union all
select * from unreported
