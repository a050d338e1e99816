"""The trained digit reader of chapter 2: its form, its accuracy, and how it was made."""

import numpy as np
import pytest

from dlutils import accuracy, count_parameters, datasets, mlp_forward
from dlutils.datasets import files, make_mnist_mlp


def test_params_have_the_form_that_mlp_forward_takes():
    params = datasets.mnist_mlp()
    assert [(W.shape, b.shape) for W, b in params] == [((784, 64), (64,)), ((64, 10), (10,))]
    assert all(part.dtype == np.float32 for layer in params for part in layer)
    assert count_parameters(params) == 50890


def test_reads_more_than_95_percent_of_the_test_digits():
    data = datasets.mnist()
    logits = mlp_forward(data.x_test.reshape(2000, 784), datasets.mnist_mlp())[-1]
    assert accuracy(logits, data.y_test) > 0.95


def test_file_is_small():
    assert (files.FOLDER / "mnist_mlp.npz").stat().st_size < 150_000


def test_every_call_reads_afresh():
    datasets.mnist_mlp()[0][0][:] = 0
    assert np.any(datasets.mnist_mlp()[0][0])


def test_damaged_file_is_refused(tmp_path, monkeypatch):
    content = (files.FOLDER / "mnist_mlp.npz").read_bytes()
    (tmp_path / "mnist_mlp.npz").write_bytes(content[:-1])
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    with pytest.raises(datasets.DatasetError, match=r"mnist_mlp\.npz is damaged"):
        datasets.mnist_mlp()


def test_the_script_trains_weights_of_the_stored_form(monkeypatch):
    monkeypatch.setattr(make_mnist_mlp, "EPOCHS", 1)
    made, stored = make_mnist_mlp.train(), datasets.mnist_mlp()
    assert [(W.shape, b.shape) for W, b in made] == [(W.shape, b.shape) for W, b in stored]
    assert all(part.dtype == np.float16 for layer in made for part in layer)
