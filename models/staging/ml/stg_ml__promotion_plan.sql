-- one row per scoring run and release that the plan of the budget promotes, and one without a release for what is left
with promotion_plan as (

    select * from {{ source('ml', 'promotion_plan') }}

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
        value,
        goal,
        note,
        budget
    from promotion_plan

)

select * from renamed
