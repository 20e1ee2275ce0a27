
    
    

select
    last_delivery_number as unique_field,
    count(*) as n_records

from "warehouse"."main"."dataset_days"
where last_delivery_number is not null
group by last_delivery_number
having count(*) > 1


