-- one row per raw table and delivered day
with deliveries as (

    select * from {{ source('landing', 'landing_deliveries') }}

),

renamed as (

    select
        table_name,
        delivered_day,
        delivery_number,
        row_count,
        recording_count,
        measure_sum,
        file_name,
        checksum,
        digest,
        day_state,
        partial_recordings,
        coalesce(counts, 'daily') as counts,
        lpad(cast(delivery_number as string), 6, '0') as delivery,
        coalesce(is_withdrawn, false) as is_withdrawn,
        delivered_at
    from deliveries
    -- what was replaced or taken back is kept for questions about the past
    where superseded_on is null

)

select * from renamed
