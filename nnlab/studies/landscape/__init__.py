"""The loss landscape of a run.

    import nnlab
    found = nnlab.studies.landscape.landscape(project, kind="random", resolution=41)
    found.losses, found.path.places, found.path.distances
"""

from nnlab.studies.landscape.of_project import landscape

__all__ = ["landscape"]
