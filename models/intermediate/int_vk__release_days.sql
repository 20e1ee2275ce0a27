-- one row per release and day with VK streams, from the release date to the end of the longest horizon
{{ config(
    materialized='incremental',
    incremental_strategy='append',
    on_schema_change='fail',
    partition_by='stream_date',
    pre_hook="{{ forget_rows_to_rebuild(['vk_stream_days'], 'stream_date') }}"
) }}
-- depends_on: {{ ref('stg_catalog__tracks') }}

with recordings as (

    select * from {{ ref('int_catalog__recordings') }}

),

{% if is_incremental() %}
    days_to_rebuild as (

        {{ days_to_rebuild('vk_stream_days') }}

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
                deliveries.delivered_day >= recordings.release_date
                and deliveries.delivered_day <= recordings.release_date + {{ last_observed_day() }}
        where
            deliveries.table_name = 'vk_stream_days'
            and recordings.release_id in (select releases_to_rebuild.release_id from releases_to_rebuild)

    ),
{% endif %}

stream_days as (

    select * from {{ ref('stg_vk__stream_days') }}
    where
        territory = '{{ var("territory") }}'
        {% if is_incremental() %}
            -- Spark opens the files of these days alone where it has the days before it begins
            and stream_date in (select /*+ broadcast(days_to_read) */ days_to_read.delivered_day from days_to_read)
        {% endif %}

),

last_delivery as (

    select max(delivery_number) as delivery_number from {{ ref('stg_landing__deliveries') }}

),

release_days as (

    select
        recordings.release_number,
        {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }} as day_number,
        cast(sum(stream_days.streams) as bigint) as streams,
        -- Parts of the whole: 0 where none is reported, null where the vendor does not tell the parts apart. Only the
        -- first week's feed features; leaving the other days out first saves a quarter of this model's time.
        {%- for source, measure in {
            'playlist': 'playlist_streams',
            'search': 'search_streams',
            'recommendations': 'recommendation_streams',
            'own_music': 'own_music_streams'
        }.items() %}
            cast(sum(
                case
                    when {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }} > 6 then null
                    when stream_days.stream_source = '{{ source }}' then stream_days.streams
                    when stream_days.stream_source is not null then 0
                end
            ) as bigint) as {{ measure }},
        {%- endfor %}
        cast(sum(
            case
                when {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }} > 6 then null
                when stream_days.subscription = 'paid' then stream_days.streams
                when stream_days.subscription is not null then 0
            end
        ) as bigint) as paid_streams
    from stream_days
    -- Neither is ever null. With `=` DuckDB would test every row against a filter made of the recordings, which nearly
    -- all rows pass: a fifth of this model's time.
    inner join recordings on stream_days.isrc is not distinct from recordings.isrc
    where
        {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }}
        between 0 and {{ last_observed_day() }}
        {% if is_incremental() %}
            and (
                stream_days.stream_date in (select days_to_rebuild.delivered_day from days_to_rebuild)
                or recordings.release_id in (select releases_to_rebuild.release_id from releases_to_rebuild)
            )
        {% endif %}
    -- two short numbers rather than UPC and dates: an eighth of this model's time
    group by
        recordings.release_number,
        {{ days_since_release('stream_days.stream_date', 'recordings.release_date') }}

),

numbered_releases as (

    select distinct
        release_number,
        release_id,
        release_date
    from recordings

)

-- Spark gathers each day's rows, or every task would write a file of its own for every day
select /*+ rebalance(stream_date) */
    numbered_releases.release_id,
    numbered_releases.release_date + cast(release_days.day_number as integer) as stream_date,
    release_days.day_number,
    release_days.streams,
    release_days.playlist_streams,
    release_days.search_streams,
    release_days.recommendation_streams,
    release_days.own_music_streams,
    release_days.paid_streams,
    last_delivery.delivery_number
from release_days
inner join numbered_releases on release_days.release_number = numbered_releases.release_number
cross join last_delivery
