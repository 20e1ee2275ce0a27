-- one row per scoring run, open release and spend, or one without a spend that says why nothing is known
with uplift as (

    select * from {{ source('ml', 'uplift') }}

),

renamed as (

    select
        run_id,
        release_id,
        start_day,
        spend,
        currency,
        added_streams,
        lower_90,
        upper_90,
        refusal
    from uplift

)

select * from renamed
