-- one row per release (UPC) and recording (ISRC) on it
with tracks as (

    select * from read_parquet('0/raw/catalog_tracks/*.parquet', union_by_name = true)

),

renamed as (

    select
        upc as release_id,
        isrc,
        artist_id,
        release_date,
        release_title,
        track_title,
        artist_name,
        coalesce(label_name, 'unknown') as label_name,
        coalesce(genre, 'unknown') as genre,
        track_number,
        duration_seconds,
        is_explicit,
        delivery_number
    from tracks

)

select * from renamed