
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with all_values as (

    select
        release_type as value_field,
        count(*) as n_records

    from "warehouse"."main"."releases"
    group by release_type

)

select *
from all_values
where value_field not in (
    'single','ep','album'
)



  
  
      
    ) dbt_internal_test