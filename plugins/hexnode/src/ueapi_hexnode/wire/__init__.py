"""The product's rows as they come, reduced to what may be kept."""
