-- one row per scoring run of the analyzed territory
{{ config(materialized='view') }}

with predictions as (

    select * from {{ ref('stg_ml__predictions') }}

)

select
    run_id,
    max(predicted_at) as predicted_at,
    row_number() over (order by max(predicted_at) desc, run_id desc) = 1 as is_latest
from predictions
where coalesce(territory, '{{ var("territory") }}') = '{{ var("territory") }}'
group by run_id
