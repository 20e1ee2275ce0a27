
    
    



select isrc
from "warehouse"."main"."int_catalog__recordings"
where isrc is null


