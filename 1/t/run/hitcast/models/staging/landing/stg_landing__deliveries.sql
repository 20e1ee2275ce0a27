
  
  create view "warehouse"."main"."stg_landing__deliveries__dbt_tmp" as (
    -- one row per raw table and delivered day
with deliveries as (

    select * from read_parquet('1/raw/landing_deliveries/*.parquet', union_by_name = true)

),

renamed as (

    select
        table_name,
        delivered_day,
        delivery_number,
        row_count,
        file_name,
        checksum,
        coalesce(is_withdrawn, false) as is_withdrawn,
        delivered_at
    from deliveries

)

select * from renamed
  );
