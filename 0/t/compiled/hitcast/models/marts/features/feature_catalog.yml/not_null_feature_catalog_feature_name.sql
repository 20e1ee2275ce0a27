
    
    



select feature_name
from "warehouse"."main"."feature_catalog"
where feature_name is null


