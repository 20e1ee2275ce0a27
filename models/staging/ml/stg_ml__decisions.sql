-- one row per decision that somebody made about a release
with decisions as (

    select * from {{ source('ml', 'decisions') }}

),

renamed as (

    select
        run_id as decision_id,
        release_id,
        decision,
        spend,
        label_forecast,
        note,
        decided_at
    from decisions

)

select * from renamed
