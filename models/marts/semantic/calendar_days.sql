-- one row per day, for metrics that are asked by day
{{ config(materialized='view') }}

select cast(unnest(generate_series(date '2010-01-01', date '2049-12-31', interval 1 day)) as date) as calendar_day
