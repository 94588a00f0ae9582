"""What the user wrote: the YAML document, its checks, and its lowering to a Program."""
