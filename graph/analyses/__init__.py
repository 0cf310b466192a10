"""The analyses: pure functions over a projection, one file each."""
