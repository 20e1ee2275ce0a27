-- one row per scoring run, release and horizon
with predictions as (

    select * from {{ source('ml', 'predictions') }}

),

renamed as (

    select
        run_id,
        model_name,
        feature_set,
        release_id,
        horizon_days,
        as_of_day,
        as_of_date,
        known_streams,
        vk_days_known,
        tiktok_days_known,
        missing_days,
        data_note,
        data_note_ru,
        predicted_streams,
        expected_streams,
        lower_80,
        upper_80,
        lower_90,
        upper_90,
        probability_low,
        probability_medium,
        probability_high,
        predicted_class,
        refusal,
        predicted_at,
        data_through_date,
        territory
    from predictions

)

select * from renamed
