
    
    

select
    release_id as unique_field,
    count(*) as n_records

from "warehouse"."main"."releases"
where release_id is not null
group by release_id
having count(*) > 1


