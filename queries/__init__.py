"""Named queries, one file each, and the catalogue that reads and binds them."""
