"""Drives flows over HTTP, and keeps the same promises for every backend."""
