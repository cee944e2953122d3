"""The Jamf Pro backend of ueapi."""
