-- one row per scoring run, release and day since release
with trajectories as (

    select * from {{ source('ml', 'trajectories') }}

),

renamed as (

    select
        run_id,
        release_id,
        as_of_day,
        days_since_release,
        predicted_streams,
        lower_80,
        upper_80,
        lower_90,
        upper_90,
        joint_lower_80,
        joint_upper_80
    from trajectories

)

select * from renamed
