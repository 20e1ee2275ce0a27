-- one row per scoring run, release, similar past release and horizon
with similar_releases as (

    select * from {{ source('ml', 'similar_releases') }}

),

renamed as (

    select
        run_id,
        release_id,
        horizon_days,
        similarity_rank,
        similar_release_id,
        distance,
        streams
    from similar_releases

)

select * from renamed
