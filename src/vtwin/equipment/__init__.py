"""What things are: one module per equipment family."""
