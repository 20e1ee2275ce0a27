
    
    

select
    stream_class as unique_field,
    count(*) as n_records

from "warehouse"."main"."stream_classes"
where stream_class is not null
group by stream_class
having count(*) > 1


