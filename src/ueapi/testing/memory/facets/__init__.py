"""One module for each facet; each method says how many calls it costs."""
