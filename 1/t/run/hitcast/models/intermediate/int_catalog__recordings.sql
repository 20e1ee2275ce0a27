
    

    create  table
      "warehouse"."main"."int_catalog__recordings__dbt_tmp"
  
    
    as (
      -- one row per recording (ISRC), credited to the first release that carries it
with tracks as (

    select * from "warehouse"."main"."stg_catalog__tracks"

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
    );
    
  