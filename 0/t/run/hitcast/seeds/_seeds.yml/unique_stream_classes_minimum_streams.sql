
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    minimum_streams as unique_field,
    count(*) as n_records

from "warehouse"."main"."stream_classes"
where minimum_streams is not null
group by minimum_streams
having count(*) > 1



  
  
      
    ) dbt_internal_test