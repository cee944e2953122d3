"""Enrollment as it happens: what a product serves, the pages a person fills in, and what the phone does with it."""
