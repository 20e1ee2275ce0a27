
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    stream_class as unique_field,
    count(*) as n_records

from "warehouse"."main"."stream_classes"
where stream_class is not null
group by stream_class
having count(*) > 1



  
  
      
    ) dbt_internal_test