"""What the Jamf Pro backend can be asked, as flows."""
