
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select delivered_day
from "warehouse"."main"."int_landing__days"
where delivered_day is null



  
  
      
    ) dbt_internal_test