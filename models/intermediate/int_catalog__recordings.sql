-- one row per recording (ISRC), credited to the first release that carries it
with tracks as (

    select
        isrc,
        release_id,
        -- a release whose tracks differ counts from the earliest date
        min(release_date) over (partition by release_id) as release_date
    from {{ ref('stg_catalog__tracks') }}

),

ranked as (

    select
        isrc,
        release_id,
        release_date,
        row_number() over (partition by isrc order by release_date, release_id) as release_rank,
        -- a short key for the aggregates over all reports: a UPC is too long for DuckDB to keep within a row
        cast(dense_rank() over (order by release_id) as integer) as release_number
    from tracks

)

select
    isrc,
    release_id,
    release_date,
    release_number
from ranked
where release_rank = 1
