"""Every public function: float32 in gives float32 out, float64 float64, and arguments stay.

A new function is added to CASES with its arguments; a test fails for one that stands nowhere.
"""

import copy
import inspect

import numpy as np
import pytest

import dlutils as dl


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape)


def rng():
    return np.random.default_rng(1)


x, W, b, dy = normal(4, 3), normal(3, 2), normal(2), normal(4, 2)
logits, labels, target = normal(5, 4), np.array([0, 3, 3, 1, 2]), np.array([0.0, 1, 1, 0, 1])
images, kernels, biases = normal(2, 3, 6, 5), normal(4, 3, 2, 3), normal(4)
grey = np.abs(normal(4, 6, 5)).clip(0, 1)
sequence, h0 = normal(2, 5, 3), normal(2, 4)
recurrent = {n: (normal(3, 4 * n), normal(4, 4 * n), normal(4 * n)) for n in (1, 3, 4)}  # gates
tokens, square, mask = normal(2, 5, 6), normal(6, 6), np.tril(np.ones((5, 5), bool))
vector = normal(6)
running = (normal(3), np.abs(normal(3)))
params = [(normal(3, 5), normal(5)), (normal(5, 4), normal(4))]
ids = np.array([[0, 2, 2], [4, 0, 2]])
matrices, vectors = ("Wq", "Wk", "Wv", "Wo", "W1", "W2"), ("b1", "b2")
block = dict.fromkeys(matrices, square) | dict.fromkeys(vectors, vector)
block |= dict.fromkeys(("gamma1", "beta1", "gamma2", "beta2"), vector)

# name: arguments; floats are cast to the dtype under test
CASES = {
    "add_noise": (grey, 0.1, rng()),
    "accuracy": (logits, labels),
    "adagrad_step": (W, W, None, 0.1),
    "adam_step": (W, W, None, 0.1),
    "adamw_step": (W, W, None, 0.1),
    "attention_forward": (sequence, sequence, sequence, mask),
    "attention_forward_fast": (sequence, sequence, sequence, mask),
    "augment": (grey, [lambda images, rng: images[:, ::-1]], rng()),
    "autoencoder_loss": (x, lambda x: 2 * x, lambda x: x - 1),
    "bag_of_embeddings": (ids, normal(5, 3), ids > 0),
    "batch_norm_forward": (x, normal(3), normal(3), running, 0.9, 1e-5, True),
    "batch_norm_forward_fast": (x, normal(3), normal(3), running, 0.9, 1e-5, True),
    "binary_cross_entropy": (target, target),
    "binary_cross_entropy_and_gradient": (target, target),
    "binary_cross_entropy_backward": (target, target),
    "clip_by_norm": ([W, b], 0.1),
    "conv2d_forward": (images, kernels, biases, 2, 1),
    "conv2d_forward_naive": (images, kernels, biases, 2, 1),
    "cross_entropy": (logits, labels),
    "cross_entropy_and_gradient": (logits, labels),
    "cross_entropy_backward": (logits, labels),
    "dropout_forward": (x, 0.4, rng(), True),
    "embedding_backward_fast": (normal(2, 3, 3), (ids, (5, 3))),
    "embedding_forward": (ids, normal(5, 3)),
    "extract_features": ([lambda x: x + 1, lambda x: x], x),
    "fold_batch_norm": (normal(2, 3), normal(3), normal(3), normal(3), running, 1e-5),
    "frames": (vector, 3, 2),
    "frozen_step": ({"a": W, "b": b}, {"a": W, "b": b}, {"b"}, 0.1, 0.5),
    "global_average_pool_forward": (images,),
    "gradient_descent_step": (params, params, 0.1),
    "group_norm_forward": (normal(2, 4, 3, 2), biases, biases, 2, 1e-5),
    "gru_forward": (sequence, h0, *recurrent[3]),
    "gru_step_forward": (sequence[:, 0], h0, *recurrent[3]),
    "im2col_naive": (images, 2, 3, 2, 1),
    "init_forget_bias": (recurrent[4][2], 4),
    "l2_penalty": (params, 0.1),
    "layer": (x, W, b),
    "layer_norm_forward": (x, normal(3), normal(3)),
    "linear_forward": (x, W, b),
    "log_mel_spectrogram": (vector, 3, 2, 4, np.abs(normal(2, 3))),
    "lstm_forward": (sequence, h0, *recurrent[4]),
    "lstm_forward_fast": (sequence, h0, *recurrent[4]),
    "lstm_step_forward": (sequence[:, 0], h0, h0, *recurrent[4]),
    "max_norm": (W, 0.5),
    "max_pool2d_forward": (images, 2, 1),
    "max_pool2d_forward_naive": (images, 2, 1),
    "merge_heads": (normal(2, 3, 5, 2),),
    "mixup": (grey, np.eye(4), 0.4, rng()),
    "mlp_backward": (logits, [normal(5, 3), np.abs(normal(5, 5)), logits], params),
    "mlp_forward": (x, params),
    "momentum_step": (W, W, None, 0.1),
    "monte_carlo_predict": (lambda x, rng: x * (rng.random() < 0.5), x, 3, rng()),
    "mse_and_gradient": (x, x),
    "mse_loss": (x, x),
    "mse_loss_backward": (x, x),
    "multi_head_attention": (tokens, square, square, square, square, 2, mask),
    "multi_head_attention_forward": (tokens, square, square, square, square, 2, mask),
    "nesterov_step": (W, W, None, 0.1),
    "neuron": (x, normal(3), 0.5),
    "occlusion_map": (lambda images: images.sum(axis=(1, 2)), grey[0], 2, 0.5),
    "perceptron_predict": (x, normal(3), 0.5),
    "perceptron_update": (normal(3), 0.5, x[0], 1, 0.1),
    "predictive_entropy": (np.full((3, 4), 0.25),),
    "random_crop": (grey, 1, rng()),
    "random_erase": (grey, 2, rng()),
    "random_flip": (grey, rng(), 0.5),
    "relu": (x,),
    "relu_backward": (x, x),
    "replace_head": ({"body.W": W, "head.W": W, "head.b": b}, 3, rng()),
    "resize_bilinear": (grey, 3, 7),
    "rmsprop_step": (W, W, None, 0.1),
    "rnn_forward": (sequence, h0, *recurrent[1]),
    "rnn_step_forward": (sequence[:, 0], h0, *recurrent[1]),
    "rotate": (grey, 30),
    "saliency_map": (images,),
    "sgd_step": (W, W, 0.1),
    "sigmoid": (x,),
    "sigmoid_backward": (x, x),
    "softmax": (x,),
    "spatial_batch_norm_forward": (images, normal(3), normal(3), running, 0.9, 1e-5, True),
    "split_heads": (tokens, 2),
    "standardize": (x, x[:2]),
    "tanh": (x,),
    "tanh_backward": (x, x),
    "temporal_cross_entropy": (normal(2, 3, 4), ids % 4, ids > 0),
    "tf_idf": (np.abs(x),),
    "train_perceptron": (x, np.array([0, 1, 1, 0]), 3, 0.1, rng()),
    "transformer_block": (tokens, block, 2, mask),
    "transformer_block_forward": (tokens, block, 2, mask),
    "unbroadcast": (x, (1, 3)),
}

# Nothing of theirs takes its dtype from an argument.
# fmt: off
WITHOUT_DTYPE = {
    "beam_search", "build_vocabulary", "causal_mask", "confusion_matrix", "conv_output_size",
    "cosine_schedule", "count_multiply_adds", "count_parameters", "ctc_greedy_decode",
    "domain_gap", "edit_distance", "encode", "expected_calibration_error", "fit", "get_weights",
    "gradcheck", "gradcheck_functions", "gradient_error", "hann_window", "he_init",
    "load_weights", "mel_filterbank", "minibatches", "mu_law_decode", "numerical_gradient",
    "perplexity", "positional_encoding", "precision_recall_f1", "predict", "random_search",
    "receptive_field", "recycle_large_arrays", "sample_sequence", "save_weights",
    "set_weights", "step_schedule", "summary", "temperature_scale", "tokenize",
    "top_k_accuracy", "topological_order", "train", "word_error_rate", "xavier_init",
    "xor_network",
}
# fmt: on


def cast(value, dtype):
    """The arguments with all arrays of floats in another dtype."""
    if isinstance(value, np.ndarray):
        return value.astype(dtype) if value.dtype.kind == "f" else value.copy()
    if isinstance(value, dict):
        return {name: cast(item, dtype) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(cast(item, dtype) for item in value)
    return copy.deepcopy(value)


def arrays(value):
    """All arrays of floats, and numpy's single floats, within a result."""
    if isinstance(value, np.ndarray | np.generic):
        return [value] if value.dtype.kind == "f" else []
    if isinstance(value, dict):
        value = list(value.values())
    return [a for item in value for a in arrays(item)] if isinstance(value, list | tuple) else []


def backward_of(name):
    """The function that takes the last thing that this one returns, its cache; None for others."""
    pair = "_forward" in name and name != "mlp_forward"
    return getattr(dl, name.replace("_forward", "_backward"), None) if pair else None


def forward(name, dtype):
    """A `_forward` called on its case -> one dy of ones for each output, the cache."""
    *outputs, cache = getattr(dl, name)(*cast(CASES[name], dtype))
    return [np.ones_like(y) for y in outputs if isinstance(y, np.ndarray)], cache


def test_every_public_function_stands_in_a_list():
    public = {name for name, f in vars(dl).items() if inspect.isfunction(f)}
    covered = {name.replace("_forward", "_backward") for name in CASES if "_forward" in name}
    assert public - covered - CASES.keys() - WITHOUT_DTYPE == set()
    assert (CASES.keys() | WITHOUT_DTYPE) - public == set()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", CASES)
def test_dtype_in_is_dtype_out(name, dtype):
    result = getattr(dl, name)(*cast(CASES[name], dtype))
    if backward := backward_of(name):
        *outputs, _ = result
        dys, cache = forward(name, dtype)
        result = [outputs, backward(*dys, cache)]
    assert {array.dtype for array in arrays(result)} <= {np.dtype(dtype)}


@pytest.mark.parametrize("name", CASES)
def test_arguments_stay_as_they_are(name):
    arguments = cast(CASES[name], np.float64)
    before = cast(arguments, np.float64)
    getattr(dl, name)(*arguments)
    for now, then in zip(arrays(arguments), arrays(before), strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("name", [name for name in CASES if backward_of(name)])
def test_backward_leaves_dy_and_cache_as_they_are(name):
    dys, cache = forward(name, np.float64)
    first, again = (arrays(backward_of(name)(*dys, cache)) for _ in range(2))
    for a, b in zip(first, again, strict=True):
        np.testing.assert_array_equal(a, b)
    assert all(np.all(dy == 1) for dy in dys)
