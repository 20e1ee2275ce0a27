-- one row per release with recordings of its own: the catalog's date held against the first days of VK streams
with observed as (

    select * from {{ ref('int_releases__observed_days') }}

),

{{ judged_dates() }}

select
    release_id,
    verdict,
    first_stream_day_number,
    first_plain_day_number,
    early_streams,
    known_days,
    days_moved
from dated
