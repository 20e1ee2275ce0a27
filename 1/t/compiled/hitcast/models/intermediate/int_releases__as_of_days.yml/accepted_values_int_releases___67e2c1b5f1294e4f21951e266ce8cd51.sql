
    
    

with all_values as (

    select
        as_of_day as value_field,
        count(*) as n_records

    from "warehouse"."main"."int_releases__as_of_days"
    group by as_of_day

)

select *
from all_values
where value_field not in (
    1,2,3,4,5,6,7
)


