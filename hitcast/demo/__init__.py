"""The demo world: releases that never were, in the files that their vendors would have sent."""
