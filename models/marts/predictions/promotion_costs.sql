-- one row: what the decision to promote weighs
select
    cast({{ var('false_positive_cost') }} as double) as false_positive_cost,
    cast({{ var('false_negative_cost') }} as double) as false_negative_cost,
    cast({{ var('class_horizon') }} as integer) as class_horizon
