
    
    

select
    minimum_streams as unique_field,
    count(*) as n_records

from "warehouse"."main"."stream_classes"
where minimum_streams is not null
group by minimum_streams
having count(*) > 1


