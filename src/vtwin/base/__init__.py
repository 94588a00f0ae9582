"""Ground floor: units, problems and random draws. Knows nothing about factories."""
