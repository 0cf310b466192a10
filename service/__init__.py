"""The service and the command line: the only place that meets the outside."""
