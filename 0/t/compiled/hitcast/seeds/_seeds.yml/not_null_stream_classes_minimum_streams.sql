
    
    



select minimum_streams
from "warehouse"."main"."stream_classes"
where minimum_streams is null


