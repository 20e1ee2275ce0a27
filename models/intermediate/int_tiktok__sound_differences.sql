-- one row per day and sound, of the days that TikTok reports as totals since the sound is there
with totals_days as (

    select delivered_day
    from {{ ref('stg_landing__deliveries') }}
    where table_name = 'tiktok_sound_days' and not is_withdrawn and counts = 'cumulative'

),

sound_days as (

    select * from {{ ref('stg_tiktok__sound_days') }}
    where territory = '{{ var("territory") }}'

),

recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

totals as (

    select
        sound_days.sound_id,
        sound_days.isrc,
        sound_days.activity_date,
        sound_days.content_type,
        sound_days.creations,
        sound_days.views,
        sound_days.likes,
        sound_days.comments,
        sound_days.shares,
        sound_days.favorites,
        lag(sound_days.activity_date) over by_sound as previous_date,
        lag(sound_days.creations) over by_sound as previous_creations,
        lag(sound_days.views) over by_sound as previous_views,
        lag(sound_days.likes) over by_sound as previous_likes,
        lag(sound_days.comments) over by_sound as previous_comments,
        lag(sound_days.shares) over by_sound as previous_shares,
        lag(sound_days.favorites) over by_sound as previous_favorites,
        lead(sound_days.activity_date) over by_sound as next_date,
        lead(sound_days.views) over by_sound as next_views
    from sound_days
    semi join totals_days on sound_days.activity_date = totals_days.delivered_day
    window by_sound as (partition by sound_days.sound_id order by sound_days.activity_date)

),

-- nothing is before the first day, and a count that was not reported stays unknown
differences as (

    select
        sound_id,
        isrc,
        activity_date,
        content_type,
        previous_date,
        creations - case when previous_date is null then 0 else previous_creations end as creations,
        views - case when previous_date is null then 0 else previous_views end as views,
        likes - case when previous_date is null then 0 else previous_likes end as likes,
        comments - case when previous_date is null then 0 else previous_comments end as comments,
        shares - case when previous_date is null then 0 else previous_shares end as shares,
        favorites - case when previous_date is null then 0 else previous_favorites end as favorites
    from totals

),

judged as (

    select
        differences.*,
        greatest(
            differences.creations,
            differences.views,
            differences.likes,
            differences.comments,
            differences.shares,
            differences.favorites
        ) as largest,
        least(
            differences.creations,
            differences.views,
            differences.likes,
            differences.comments,
            differences.shares,
            differences.favorites
        ) as smallest,
        case
            when {{ days_since_release('differences.activity_date', 'differences.previous_date') }} = 1 then true
            -- a user's sound may be older than the release
            when differences.previous_date is null
                then
                    coalesce(recordings.release_date = differences.activity_date, false)
                    and coalesce(differences.content_type, 'PGC') = 'PGC'
            else false
        end as is_of_one_day
    from differences
    left join recordings on differences.isrc = recordings.isrc

),

reported as (

    select
        sound_id,
        isrc,
        activity_date,
        content_type,
        case when is_of_one_day and smallest >= 0 then creations end as creations,
        case when is_of_one_day and smallest >= 0 then views end as views,
        case when is_of_one_day and smallest >= 0 then likes end as likes,
        case when is_of_one_day and smallest >= 0 then comments end as comments,
        case when is_of_one_day and smallest >= 0 then shares end as shares,
        case when is_of_one_day and smallest >= 0 then favorites end as favorites
    from judged
    -- where nothing has come since, nothing came on any of the days
    where largest <> 0 or smallest <> 0

),

-- a day that does not name a sound that had views before: nobody knows what it had, unless the next total is the same
unreported as (

    select
        totals.sound_id,
        totals.isrc,
        totals_days.delivered_day as activity_date,
        totals.content_type,
        cast(null as bigint) as creations,
        cast(null as bigint) as views,
        cast(null as bigint) as likes,
        cast(null as bigint) as comments,
        cast(null as bigint) as shares,
        cast(null as bigint) as favorites
    from totals
    inner join totals_days
        on
            totals.activity_date < totals_days.delivered_day
            and coalesce(totals.next_date, date '9999-12-31') > totals_days.delivered_day
    where
        totals.views > 0
        and totals.views is distinct from totals.next_views
        and coalesce({{ days_since_release('totals.next_date', 'totals.activity_date') }}, 2) > 1

)

select * from reported
union all
select * from unreported
