"""Views: pictures and pages made from the graph, one file each."""
