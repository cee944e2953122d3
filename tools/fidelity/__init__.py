"""Checking the table of Apple's rules against Apple's schema by a second route."""
