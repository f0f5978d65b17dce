import numpy as np

from nnlab.core.dataset import datasets


def test_the_disc_and_the_ring_leave_a_gap() -> None:
    table = datasets["circle"].make({"samples": 400, "noise": 0.0}, 0)
    radii = np.hypot(*table.x.T)
    inside = table.y == 1
    assert table.target.names[1] == "inside"
    assert inside.sum() == 200
    assert radii[inside].max() < 2.5
    assert radii[~inside].min() >= 3.5
    assert radii.max() <= 5.0


def test_half_noise_reads_labels_up_to_half_the_radius_away() -> None:
    table = datasets["circle"].make({"samples": 4000, "noise": 50.0}, 0)
    radii = np.hypot(*table.x.T)
    reach = 0.5 * 5.0 * np.sqrt(2.0)
    assert (table.y[radii > 2.5 + reach] == 0).all()
    assert 0.02 < (table.y[radii > 3.5] == 1).mean() < 0.4
