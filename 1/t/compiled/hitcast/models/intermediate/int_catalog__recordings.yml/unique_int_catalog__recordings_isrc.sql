
    
    

select
    isrc as unique_field,
    count(*) as n_records

from "warehouse"."main"."int_catalog__recordings"
where isrc is not null
group by isrc
having count(*) > 1


