-- one row per promoted release or recording, campaign, channel and start
with spends as (

    select * from {{ source('promotion', 'promotion_spends') }}

),

deliveries as (

    select * from {{ ref('stg_landing__deliveries') }}
    where table_name = 'promotion_spends'

),

latest_delivery as (

    select max(delivery) as delivery from deliveries

),

delivered_spends as (

    select spends.*
    from spends
    semi join latest_delivery on spends.delivery = latest_delivery.delivery

),

renamed as (

    select
        upc as release_id,
        isrc,
        campaign_name,
        channel,
        start_date,
        end_date,
        spend,
        upper(currency) as currency,
        delivery_number
    from delivered_spends

)

select * from renamed
