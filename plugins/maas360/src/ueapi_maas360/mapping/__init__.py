"""From the product's rows to neutral objects."""
