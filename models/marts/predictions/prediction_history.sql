-- one row per scoring run, release and horizon: every forecast ever made for the analyzed territory
with predictions as (

    select * from {{ ref('stg_ml__predictions') }}

),

runs as (

    select * from {{ ref('int_predictions__runs') }}

),

targets as (

    select * from {{ ref('release_targets') }}

)

select
    predictions.run_id,
    predictions.release_id,
    predictions.horizon_days,
    predictions.as_of_day,
    predictions.as_of_date,
    predictions.data_through_date,
    predictions.model_name,
    predictions.feature_set,
    predictions.predicted_class,
    predictions.known_streams,
    predictions.predicted_streams,
    predictions.expected_streams,
    predictions.lower_80,
    predictions.upper_80,
    predictions.lower_90,
    predictions.upper_90,
    predictions.probability_low,
    predictions.probability_medium,
    predictions.probability_high,
    predictions.refusal,
    targets.streams as actual_streams,
    predictions.predicted_at,
    predictions.vk_days_known,
    predictions.tiktok_days_known,
    predictions.missing_days,
    predictions.data_note,
    predictions.data_note_ru
from predictions
inner join runs on predictions.run_id = runs.run_id
left join targets
    on
        predictions.release_id = targets.release_id
        and predictions.horizon_days = targets.horizon_days
