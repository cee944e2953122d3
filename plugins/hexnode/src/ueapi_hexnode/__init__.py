"""The Hexnode UEM backend of ueapi."""
