"""Sources, one file each, and what they share: rows, entities, provenance, reports."""
