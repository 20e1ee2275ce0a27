
    
    

select
    holiday_date as unique_field,
    count(*) as n_records

from "warehouse"."main"."holidays"
where holiday_date is not null
group by holiday_date
having count(*) > 1


