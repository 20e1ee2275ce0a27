-- one row per day, for metrics that are asked by day
{{ config(materialized='view') }}

select {{ each_day("date '2010-01-01'", "date '2049-12-31'") }} as calendar_day
