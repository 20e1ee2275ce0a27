
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select minimum_streams
from "warehouse"."main"."stream_classes"
where minimum_streams is null



  
  
      
    ) dbt_internal_test