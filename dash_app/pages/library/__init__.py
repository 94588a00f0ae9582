"""The equipment library: families, their models, every figure with its source."""
