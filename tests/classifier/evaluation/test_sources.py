import numpy as np

from classifier.evaluation import sources


def test_each_source_and_label_has_its_recall():
    """A choir that only sings: two singers, one of three windows each wrong; a studio: one speaker, all right."""
    targets = np.array([0] * 6 + [1] * 2)
    predicted = np.array([0, 0, 1, 0, 0, 1, 1, 1])
    predictions = {
        "probabilities": np.eye(2)[predicted],
        "targets": targets,
        "recordings": np.array([0, 0, 0, 1, 1, 1, 2, 3]),
        "groups": np.array(["ann"] * 3 + ["bob"] * 3 + ["cid"] * 2),
        "sources": np.array(["choir"] * 6 + ["studio"] * 2),
    }
    choir, studio = sources.scores(predictions, ["song", "speech"])
    assert (choir.source, choir.label, choir.windows, choir.recordings, choir.groups) == ("choir", "song", 6, 2, 2)
    assert (choir.recall, choir.recall_of_recordings) == (4 / 6, 1)
    assert choir.interval == (4 / 6, 4 / 6)  # each singer has the same
    assert (studio.source, studio.label, studio.recall, studio.interval) == ("studio", "speech", 1, None)
