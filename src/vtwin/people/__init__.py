"""Staff: skills, crews and shifts."""
