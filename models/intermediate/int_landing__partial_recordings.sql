-- one row per raw table, day and recording whose figures of that day are not known; isrc is null where it may be any
with deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where
        table_name in ('tiktok_sound_days', 'vk_stream_days')
        and partial_recordings is not null
        and not is_withdrawn

),

entries as (

    select
        table_name,
        delivered_day,
        {{ each_line('partial_recordings') }} as entry
    from deliveries

),

vk_differences as (

    select * from {{ ref('int_vk__stream_differences') }}

),

tiktok_differences as (

    select * from {{ ref('int_tiktok__sound_differences') }}

)

-- a rejected row of another territory concerns nobody here
select
    table_name,
    delivered_day,
    nullif(substr(entry, 4), '*') as isrc
from entries
where substr(entry, 1, 2) in ('{{ var("territory") }}', '**')
union
-- a total since release that does not say what came on the day
select
    'vk_stream_days' as table_name,
    stream_date as delivered_day,
    isrc
from vk_differences
where streams is null
union
select
    'tiktok_sound_days' as table_name,
    activity_date as delivered_day,
    isrc
from tiktok_differences
where
    views is null
    and isrc is not null
