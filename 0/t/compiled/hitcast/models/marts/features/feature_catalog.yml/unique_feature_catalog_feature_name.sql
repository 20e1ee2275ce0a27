
    
    

select
    feature_name as unique_field,
    count(*) as n_records

from "warehouse"."main"."feature_catalog"
where feature_name is not null
group by feature_name
having count(*) > 1


