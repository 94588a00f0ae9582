"""Many runs and honest comparisons."""
