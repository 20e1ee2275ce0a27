
    
    



select release_id
from "warehouse"."main"."releases"
where release_id is null


