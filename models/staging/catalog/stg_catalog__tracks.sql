-- one row per release (UPC) and recording (ISRC) on it
with tracks as (

    select * from {{ source('catalog', 'catalog_tracks') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where table_name = 'catalog_tracks'

),

latest_delivery as (

    select max(delivery) as delivery from deliveries

),

delivered_tracks as (

    select tracks.*
    from tracks
    semi join latest_delivery on tracks.delivery = latest_delivery.delivery

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
    from delivered_tracks

)

select * from renamed
