"""PostGIS as Django has it, but nobody waits for one that is known to be away."""
