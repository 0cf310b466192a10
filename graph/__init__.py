"""The graph: workspace, store, provenance, projection, and the analyses over it."""
