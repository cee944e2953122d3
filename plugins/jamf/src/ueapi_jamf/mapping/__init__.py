"""Pure translations from Jamf Pro's shapes to the neutral model."""
