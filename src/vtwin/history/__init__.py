"""What the plant did: records, their quality, and the twin learned from them."""
