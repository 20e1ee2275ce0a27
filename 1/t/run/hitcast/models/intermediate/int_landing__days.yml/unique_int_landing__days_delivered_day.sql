
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

select
    delivered_day as unique_field,
    count(*) as n_records

from "warehouse"."main"."int_landing__days"
where delivered_day is not null
group by delivered_day
having count(*) > 1



  
  
      
    ) dbt_internal_test