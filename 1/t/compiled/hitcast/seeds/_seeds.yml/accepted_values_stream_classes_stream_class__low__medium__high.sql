
    
    

with all_values as (

    select
        stream_class as value_field,
        count(*) as n_records

    from "warehouse"."main"."stream_classes"
    group by stream_class

)

select *
from all_values
where value_field not in (
    'low','medium','high'
)


