"""The ontology, its vocabularies, shapes and rules, and the names everything else uses."""
