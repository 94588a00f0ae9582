"""NC programs: their text, the path they describe, and the time a machine takes for it."""
