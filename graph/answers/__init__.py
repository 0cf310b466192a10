"""The answers, ready to print or to send: the same from Python, command line and service.

Example:
    ``replicable(Workspace.open(Path("essaim-data")), "departement:43")``
"""

from essaim.graph.answers.cross_sector import connections
from essaim.graph.answers.lineage import lineage
from essaim.graph.answers.practices import replicable, territories

__all__ = ["connections", "lineage", "replicable", "territories"]
