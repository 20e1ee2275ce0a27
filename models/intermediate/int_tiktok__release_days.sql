-- one row per release and day with TikTok activity, from the first teaser day to day 6
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    partition_by='activity_date',
    pre_hook="{{ forget_rows_to_rebuild(['tiktok_sound_days'], 'activity_date') }}"
) }}
-- depends_on: {{ ref('stg_catalog__tracks') }}

with recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

{% if is_incremental() %}
    days_to_rebuild as (

        {{ days_to_rebuild('tiktok_sound_days') }}

    ),

    releases_to_rebuild as (

        {{ releases_to_rebuild() }}

    ),

    -- the window of a release to rebuild is read as well; every other day's file stays closed
    days_to_read as (

        select delivered_day from days_to_rebuild
        union distinct
        select deliveries.delivered_day
        from {{ ref('stg_landing__deliveries') }} as deliveries
        inner join recordings
            on
                deliveries.delivered_day >= recordings.release_date - {{ var('teaser_days') }}
                and deliveries.delivered_day <= recordings.release_date + 6
        where
            deliveries.table_name = 'tiktok_sound_days'
            and recordings.release_id in (select releases_to_rebuild.release_id from releases_to_rebuild)

    ),
{% endif %}

sound_days as (

    select * from {{ ref('stg_tiktok__sound_days') }}
    where
        territory = '{{ var("territory") }}'
        and isrc is not null
        {% if is_incremental() %}
            -- Spark opens the files of these days alone where it has the days before it begins
            and activity_date in (select /*+ broadcast(days_to_read) */ days_to_read.delivered_day from days_to_read)
        {% endif %}

),

last_delivery as (

    select max(delivery_number) as delivery_number from {{ ref('stg_landing__deliveries') }}

),

release_days as (

    select
        recordings.release_number,
        {{ days_since_release('sound_days.activity_date', 'recordings.release_date') }} as day_number,
        cast(sum(sound_days.views) as bigint) as views,
        cast(sum(sound_days.creations) as bigint) as creations,
        cast(sum(sound_days.likes) as bigint) as likes,
        cast(sum(sound_days.comments) as bigint) as comments,
        cast(sum(sound_days.shares) as bigint) as shares,
        cast(sum(sound_days.favorites) as bigint) as favorites,
        -- a part is 0 where none of it is reported, and null where the vendor does not tell the parts apart
        cast(sum(
            case
                when sound_days.content_type = 'PGC' then sound_days.views when sound_days.content_type = 'UGC' then 0
            end
        ) as bigint) as pgc_views,
        cast(sum(
            case
                when sound_days.content_type = 'PGC' then sound_days.creations
                when sound_days.content_type = 'UGC' then 0
            end
        ) as bigint) as pgc_creations,
        -- one sound is one row of a day and territory, so the largest row is the largest sound
        max(sound_days.creations) as largest_sound_creations,
        count(*) as active_sounds,
        cast(sum({{ exact('sound_days.average_play_seconds * sound_days.views') }}) as double) as play_seconds,
        cast(
            sum(sound_days.views) filter (where sound_days.average_play_seconds is not null) as bigint
        ) as timed_views
    from sound_days
    inner join recordings on sound_days.isrc = recordings.isrc
    where
        {{ days_since_release('sound_days.activity_date', 'recordings.release_date') }}
        between -{{ var('teaser_days') }} and 6
        {% if is_incremental() %}
            and (
                sound_days.activity_date in (select days_to_rebuild.delivered_day from days_to_rebuild)
                or recordings.release_id in (select releases_to_rebuild.release_id from releases_to_rebuild)
            )
        {% endif %}
    group by
        recordings.release_number,
        {{ days_since_release('sound_days.activity_date', 'recordings.release_date') }}

),

numbered_releases as (

    select distinct
        release_number,
        release_id,
        release_date
    from recordings

)

-- Spark gathers each day's rows, or every task would write a file of its own for every day
select /*+ rebalance(activity_date) */
    numbered_releases.release_id,
    numbered_releases.release_date + cast(release_days.day_number as integer) as activity_date,
    release_days.day_number,
    release_days.views,
    release_days.creations,
    release_days.likes,
    release_days.comments,
    release_days.shares,
    release_days.favorites,
    release_days.pgc_views,
    release_days.pgc_creations,
    release_days.largest_sound_creations,
    release_days.active_sounds,
    release_days.play_seconds,
    release_days.timed_views,
    last_delivery.delivery_number
from release_days
inner join numbered_releases on release_days.release_number = numbered_releases.release_number
cross join last_delivery
