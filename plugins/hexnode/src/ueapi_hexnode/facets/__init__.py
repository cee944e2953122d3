"""The facets of the Hexnode backend."""
