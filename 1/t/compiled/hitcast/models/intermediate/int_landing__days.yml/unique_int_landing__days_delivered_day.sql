
    
    

select
    delivered_day as unique_field,
    count(*) as n_records

from "warehouse"."main"."int_landing__days"
where delivered_day is not null
group by delivered_day
having count(*) > 1


