"""The IBM MaaS360 backend of ueapi."""
