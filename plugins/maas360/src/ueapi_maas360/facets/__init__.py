"""The facets this product has."""
