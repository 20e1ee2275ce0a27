-- one row per recording (ISRC), credited to the first release that carries it
with tracks as (

    select * from {{ ref('stg_catalog__tracks') }}

),

ranked as (

    select
        isrc,
        release_id,
        release_date,
        row_number() over (partition by isrc order by release_date, release_id) as release_rank
    from tracks

)

select
    isrc,
    release_id,
    release_date
from ranked
where release_rank = 1
