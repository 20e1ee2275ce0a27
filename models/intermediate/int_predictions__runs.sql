-- one row per scoring run of the analysed territory
{{ config(materialized='view') }}

with predictions as (

    select * from {{ ref('stg_ml__predictions') }}

)

select distinct run_id
from predictions
where coalesce(territory, '{{ var("territory") }}') = '{{ var("territory") }}'
