
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    

with all_values as (

    select
        feature_kind as value_field,
        count(*) as n_records

    from "warehouse"."main"."feature_catalog"
    group by feature_kind

)

select *
from all_values
where value_field not in (
    'numeric','categorical'
)



  
  
      
    ) dbt_internal_test