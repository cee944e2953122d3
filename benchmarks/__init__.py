"""Side by side with peers: listing a fleet, memory, starting up and planning. Run `python -m benchmarks`."""
