"""Jamf Pro's own shapes, with only the fields this backend uses."""
