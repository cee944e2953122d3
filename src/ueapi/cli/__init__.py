"""The `ueapi` command: nothing in it that a script could not do with the library."""
