{#- CTEs that hold a release's catalog date against its first days of VK streams. They read a CTE `observed`: release_id,
    day_number since the catalog's date, from `first_kept_day` on, and streams, null on a day that is not whole. The last,
    `dated`, has one row per release. -#}
{% macro judged_dates() %}
counted as (

    select
        release_id,
        count(case when day_number >= 0 then streams end) as known_days,
        cast(sum(case when day_number between -{{ most_days_moved() }} and -1 then streams else 0 end) as bigint)
            as early_streams,
        coalesce(
            sum(case when day_number between -{{ most_days_moved() }} and -2 then streams end), 0
        ) as plainly_early_streams,
        sum(case when day_number = -1 then streams end) as day_before_streams,
        sum(case when day_number = 0 then streams end) as first_day_streams,
        coalesce(sum(case when day_number between 0 and 6 then streams end), 0) as first_week_streams,
        -- no later day, or a song that becomes a hit would lose its first days
        coalesce(max(case when day_number <= 6 then streams end), 0) as best_early_streams,
        coalesce(max(case when day_number >= -{{ most_days_moved() }} then streams end), 0) as most_streams,
        min(case when day_number >= -{{ most_days_moved() }} and streams > 0 then day_number end)
            as first_stream_day_number
    from observed
    group by release_id

),

-- streams that lie before the date by no chance, and from which day on
early as (

    select
        observed.release_id,
        min(observed.day_number) as first_day_number
    from observed
    inner join counted on observed.release_id = counted.release_id
    where
        observed.streams > 0
        -- a tenth of the best day: a handful of listeners before that is no release
        and observed.streams * 10 >= counted.best_early_streams
        and counted.plainly_early_streams >= 10
        and counted.plainly_early_streams * 10 >= counted.first_week_streams
    group by observed.release_id
    having min(observed.day_number) < -1

),

-- a day of one time zone begins on the day before of another, but for some hours: half of a day's streams are no hours
day_before as (

    select
        release_id,
        -1 as first_day_number
    from counted
    where
        day_before_streams >= 7
        and day_before_streams * 2 >= first_day_streams
        -- strays, as below
        and day_before_streams >= plainly_early_streams * 10

),

running as (

    select
        release_id,
        day_number,
        streams,
        coalesce(sum(streams) over (
            partition by release_id order by day_number rows between unbounded preceding and 1 preceding
        ), 0) as streams_before
    from observed
    where day_number >= -1

),

-- the first day with streams, or the one after two strays at the most that has ten times theirs
started as (

    select
        release_id,
        coalesce(
            min(
                case
                    when streams_before <= 2 and streams_before + streams > 2 and streams >= streams_before * 10
                        then day_number
                end
            ),
            min(case when streams > 0 then day_number end)
        ) as first_day_number
    from running
    group by release_id

),

plain as (

    select
        counted.release_id,
        coalesce(early.first_day_number, day_before.first_day_number) is not null as is_early,
        coalesce(early.first_day_number, day_before.first_day_number, started.first_day_number) as first_plain_day_number
    from counted
    left join early on counted.release_id = early.release_id
    left join day_before on counted.release_id = day_before.release_id
    left join started on counted.release_id = started.release_id

),

leveled as (

    select
        plain.release_id,
        avg(case when observed.day_number - plain.first_plain_day_number between 0 and 6 then observed.streams end)
            as daily_streams,
        count(case when observed.day_number between 0 and plain.first_plain_day_number - 1 then observed.streams end)
            as idle_days,
        -- a missing day may have been the first
        count(case when observed.day_number = plain.first_plain_day_number - 1 then observed.streams end) = 1
            as is_day_before_known
    from plain
    inner join observed on plain.release_id = observed.release_id
    group by plain.release_id

),

judged as (

    select
        counted.release_id,
        counted.first_stream_day_number,
        plain.first_plain_day_number,
        counted.early_streams,
        counted.known_days,
        leveled.is_day_before_known,
        case
            when plain.is_early and plain.first_plain_day_number < -{{ most_days_moved() }} then 'streamed before'
            when plain.is_early then 'early streams'
            -- four streams expected and none come: one case in fifty
            when leveled.idle_days * leveled.daily_streams >= 4 then 'late streams'
            when counted.most_streams > 0 then 'right'
            when counted.known_days >= 7 then 'no streams for a week'
            else 'no streams yet'
        end as verdict
    from counted
    inner join plain on counted.release_id = plain.release_id
    inner join leveled on counted.release_id = leveled.release_id

),

dated as (

    select
        release_id,
        verdict,
        first_stream_day_number,
        first_plain_day_number,
        early_streams,
        known_days,
        case
            when
                verdict in ('early streams', 'late streams') and is_day_before_known
                and first_plain_day_number <= {{ most_days_moved() }}
                then first_plain_day_number
            else 0
        end as days_moved
    from judged

)
{% endmacro %}
