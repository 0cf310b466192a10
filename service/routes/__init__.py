"""The routes of the service, one file for each part of the interface."""
