"""Weights as a dictionary and on disk, batched prediction, the table of layers."""

import numpy as np
import pytest

import dlutils as dl


def network(seed=0, hidden=6):
    rng = np.random.default_rng(seed)
    return dl.Sequential(
        dl.Conv2d(1, 2, 3, rng),
        dl.BatchNorm(2),
        dl.ReLU(),
        dl.Flatten(),
        dl.Linear(8, hidden, rng),
        dl.Dropout(0.5, rng),
        dl.Linear(hidden, 3, rng),
    )


def images(N=7):
    return np.random.default_rng(3).normal(size=(N, 1, 4, 4)).astype(np.float32)


def test_weights_survive_the_disk_running_statistics_included(tmp_path):
    model, other = network(0), network(1)
    model(images())  # moves the running statistics
    path = tmp_path / "weights"  # the name is taken as it is
    dl.save_weights(model, path)
    dl.load_weights(other, path)
    assert path.exists()
    for name, array in dl.get_weights(model).items():
        np.testing.assert_array_equal(dl.get_weights(other)[name], array)
    np.testing.assert_array_equal(dl.predict(model, images()), dl.predict(other, images()))


def test_loading_reaches_an_optimizer_that_was_made_before(tmp_path):
    model, other = network(0), network(1)
    dl.save_weights(model, tmp_path / "w.npz")
    optimizer = dl.SGD(other, lr=0.1)
    dl.load_weights(other, tmp_path / "w.npz")
    assert all(w.base is optimizer.w for w in other.named_parameters().values())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda w: w.pop("6.W"), "weights must have 6.W, got none"),
        (lambda w: w.update(new=np.ones(1)), "weights must be of this model, got also new"),
        (lambda w: w.update({"6.b": np.ones(4)}), r"6.b must hold numbers in shape \(3,\)"),
    ],
)
def test_wrong_names_and_shapes_are_refused_and_nothing_changes(tmp_path, change, sentence):
    model, other = network(0), network(1)
    weights = dict(dl.get_weights(other))
    change(weights)
    before = {name: array.copy() for name, array in dl.get_weights(model).items()}
    np.savez(tmp_path / "w.npz", **weights)
    with pytest.raises(ValueError, match=sentence):
        dl.load_weights(model, tmp_path / "w.npz")
    for name, array in dl.get_weights(model).items():
        np.testing.assert_array_equal(array, before[name])


def test_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "w.npz", W=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="allow_pickle"):
        dl.load_weights(dl.Linear(1, 1, np.random.default_rng(0)), tmp_path / "w.npz")


def test_predict_works_in_batches_and_eval_mode_and_restores_the_mode():
    model = network()
    whole = dl.predict(model, images(7), batch_size=100)
    np.testing.assert_allclose(dl.predict(model, images(7), batch_size=3), whole, rtol=1e-5)
    assert model.training and model.layers[5].training


def test_summary_lists_layers_shapes_and_counts_and_leaves_the_model_alone():
    model = network()
    before = {name: array.copy() for name, array in dl.get_weights(model).items()}
    lines = [line.split() for line in dl.summary(model, (1, 4, 4)).splitlines()]
    assert lines[1] == ["0", "Conv2d", "(N,", "2,", "2,", "2)", "20"]
    assert lines[5] == ["4", "Linear", "(N,", "6)", "54"]
    assert lines[-1] == ["total", "99"]
    for name, array in dl.get_weights(model).items():
        np.testing.assert_array_equal(array, before[name])
    assert model.training
    ids = dl.Sequential(dl.Embedding(9, 4, np.random.default_rng(0)))
    assert "(N, 5, 4)" in dl.summary(ids, (5,), dtype=int)


def test_predict_leaves_every_layer_in_its_mode_even_after_an_error():
    model = network()
    model.layers[1].eval()  # a batch norm that is frozen
    modes = [layer.training for _, layer in model.walk()]
    dl.predict(model, images())
    assert [layer.training for _, layer in model.walk()] == modes
    with pytest.raises(ValueError):
        dl.predict(model, np.ones((2, 5)))
    assert [layer.training for _, layer in model.walk()] == modes


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "weights.npz"
    dl.save_weights(network(), path)
    data = bytearray(path.read_bytes())
    data[200] ^= 255
    path.write_bytes(data)
    with pytest.raises(ValueError, match="load_weights: path must name an undamaged file, got"):
        dl.load_weights(network(), path)


def test_summary_of_a_model_that_is_no_sequence():
    rows = dl.summary(dl.TimeDistributed(dl.Linear(3, 4, np.random.default_rng(0))), (5, 3))
    assert rows.splitlines()[1].split() == ["layer", "Linear", "(N,", "4)", "16"]
