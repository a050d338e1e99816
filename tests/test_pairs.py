"""Every pair f_forward, f_backward of chapters 7 to 13: gradients, dtype, inputs left alone.

A new pair is added to PAIRS with arguments; everything below then runs for it.
"""

import copy

import numpy as np
import pytest

import dlutils as dl


def normal(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


def without_running(forward):
    """Batch norm as a pair: the running statistics left out."""

    def pair(x, gamma, beta, train):
        running = (np.zeros_like(gamma), np.ones_like(gamma))
        y, _, cache = forward(x, gamma, beta, running, 0.9, 1e-5, train)
        return y, cache

    return pair


def temporal_loss(logits, labels, mask):
    loss, dlogits = dl.temporal_cross_entropy(logits, labels, mask)
    return np.asarray(loss), dlogits


def block_forward(x, *weights):
    return dl.transformer_block_forward(x, dict(zip(BLOCK, weights, strict=True)), 2, None)


def block_backward(dy, cache):
    dx, gradients = dl.transformer_block_backward(dy, cache)
    return dx, *(gradients[name] for name in BLOCK)


BLOCK = dict.fromkeys(["Wq", "Wk", "Wv", "Wo"], (4, 4))
BLOCK |= {"W1": (4, 3), "b1": (3,), "W2": (3, 4), "b2": (4,)}
BLOCK |= dict.fromkeys(["gamma1", "beta1", "gamma2", "beta2"], (4,))

IMAGES = normal(2, 2, 5, 4)
CONVOLUTION = (IMAGES, normal(3, 2, 2, 3), normal(3), 2, 1)
RECURRENT = {gates: [normal(2, 3, 2), normal(2, 3)] for gates in (1, 3, 4)}
for gates, arguments in RECURRENT.items():
    arguments += [normal(2, 3 * gates), normal(3, 3 * gates), normal(3 * gates)]
ATTENTION = (normal(2, 2, 3, 4), normal(2, 2, 3, 4) + 1, normal(2, 2, 3, 2), dl.causal_mask(3))
IDS = np.array([[0, 2, 2], [1, 0, 2]])
NORM = (normal(3), normal(3) + 1)

PAIRS = {
    "conv2d_naive": (dl.conv2d_forward_naive, dl.conv2d_backward_naive, CONVOLUTION),
    "conv2d": (dl.conv2d_forward, dl.conv2d_backward, CONVOLUTION),
    "max_pool2d_naive": (dl.max_pool2d_forward_naive, dl.max_pool2d_backward_naive, (IMAGES, 3, 2)),
    "max_pool2d": (dl.max_pool2d_forward, dl.max_pool2d_backward, (IMAGES, 3, 2)),
    "global_average_pool": (
        dl.global_average_pool_forward,
        dl.global_average_pool_backward,
        (IMAGES,),
    ),
    "embedding": (
        lambda E: dl.embedding_forward(IDS, E),
        dl.embedding_backward,
        (normal(3, 4),),
    ),
    "embedding_fast": (
        lambda E: dl.embedding_forward(IDS, E),
        dl.embedding_backward_fast,
        (normal(3, 4),),
    ),
    "rnn_step": (
        lambda x, *rest: dl.rnn_step_forward(x, *rest),
        dl.rnn_step_backward,
        (normal(2, 2), *RECURRENT[1][1:]),
    ),
    "rnn": (dl.rnn_forward, dl.rnn_backward, RECURRENT[1]),
    "lstm": (dl.lstm_forward, dl.lstm_backward, RECURRENT[4]),
    "lstm_fast": (dl.lstm_forward_fast, dl.lstm_backward_fast, RECURRENT[4]),
    "gru": (dl.gru_forward, dl.gru_backward, RECURRENT[3]),
    "temporal_cross_entropy": (
        temporal_loss,
        lambda dy, dlogits: dy * dlogits.astype(dy.dtype),
        (normal(2, 3, 4), IDS, IDS > 0),
    ),
    "attention": (dl.attention_forward, dl.attention_backward, ATTENTION),
    "attention_fast": (dl.attention_forward_fast, dl.attention_backward_fast, ATTENTION),
    "multi_head_attention": (
        dl.multi_head_attention_forward,
        dl.multi_head_attention_backward,
        (normal(2, 3, 4), *(normal(4, 4) + i for i in range(4)), 2, dl.causal_mask(3)),
    ),
    "transformer_block": (
        block_forward,
        block_backward,
        (normal(2, 3, 4), *(normal(*shape) for shape in BLOCK.values())),
    ),
    "layer_norm": (dl.layer_norm_forward, dl.layer_norm_backward, (normal(2, 4, 3), *NORM)),
    "batch_norm": (
        without_running(dl.batch_norm_forward),
        dl.batch_norm_backward,
        (normal(4, 3), *NORM, True),
    ),
    "batch_norm, prediction": (
        without_running(dl.batch_norm_forward),
        dl.batch_norm_backward,
        (normal(4, 3), *NORM, False),
    ),
    "spatial_batch_norm": (
        without_running(dl.spatial_batch_norm_forward),
        dl.spatial_batch_norm_backward,
        (normal(2, 3, 2, 2), *NORM, True),
    ),
    "batch_norm_fast": (
        without_running(dl.batch_norm_forward_fast),
        dl.batch_norm_backward_fast,
        (normal(2, 3, 2, 2), *NORM, True),
    ),
    "batch_norm_fast, prediction": (
        without_running(dl.batch_norm_forward_fast),
        dl.batch_norm_backward_fast,
        (normal(2, 3, 2, 2), *NORM, False),
    ),
    "group_norm": (
        lambda x, gamma, beta: dl.group_norm_forward(x, gamma, beta, 3, 1e-5),
        dl.group_norm_backward,
        (normal(2, 3, 2, 2), *NORM),
    ),
    "dropout": (
        lambda x: dl.dropout_forward(x, 0.4, np.random.default_rng(0), True),
        dl.dropout_backward,
        (normal(3, 4),),
    ),
}


def in_dtype(arguments, dtype):
    """Copies of the arguments, arrays of floats in the given dtype."""
    return [
        a.astype(dtype) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else copy.deepcopy(a)
        for a in arguments
    ]


def run(name, dtype):
    """The pair on its arguments -> arguments, y, gradients, dy as an array of its own."""
    forward, backward, arguments = PAIRS[name]
    arguments = in_dtype(arguments, dtype)
    y, cache = forward(*arguments)
    dy = np.cos(np.arange(y.size)).reshape(y.shape).astype(dtype)
    kept = dy.copy()
    gradients = backward(dy, cache)
    np.testing.assert_array_equal(dy, kept)
    again = backward(dy, cache)
    gradients, again = (g if isinstance(g, tuple) else (g,) for g in (gradients, again))
    for first, second in zip(gradients, again, strict=True):
        np.testing.assert_array_equal(first, second)  # a cache may be used twice
    return arguments, y, gradients


@pytest.mark.parametrize("name", PAIRS)
def test_gradients_equal_differences(name):
    forward, backward, arguments = PAIRS[name]
    assert dl.gradcheck_functions(forward, backward, *arguments) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("name", PAIRS)
def test_dtype_in_is_dtype_out_and_shapes_match(name, dtype):
    arguments, y, gradients = run(name, dtype)
    assert {a.dtype for a in (y, *gradients)} == {np.dtype(dtype)}
    for gradient, argument in zip(gradients, arguments, strict=False):
        assert gradient.shape == argument.shape


@pytest.mark.parametrize("name", PAIRS)
def test_inputs_stay_as_they_are(name):
    arguments, _, _ = run(name, np.float64)
    for argument, before in zip(arguments, PAIRS[name][2], strict=True):
        np.testing.assert_array_equal(argument, before)


def test_steps_of_the_lstm():
    """Two outputs and two gradients: checked as one pair over both."""
    x, h, c = normal(2, 3), normal(2, 2), normal(2, 2) + 1
    weights = normal(3, 8), normal(2, 8), normal(8)

    def forward(*arguments):
        h_next, c_next, cache = dl.lstm_step_forward(*arguments)
        return np.stack([h_next, c_next]), cache

    def backward(dy, cache):
        return dl.lstm_step_backward(dy[0], dy[1], cache)

    assert dl.gradcheck_functions(forward, backward, x, h, c, *weights) < 1e-6


def test_float32_stays_float32_where_there_is_no_pair():
    x = normal(2, 3, 4).astype(np.float32)
    W = normal(4, 4).astype(np.float32)
    h, b = np.zeros((2, 4), np.float32), np.zeros(12, np.float32)
    block = dl.TransformerBlock(4, 2, 3, np.random.default_rng(0))
    running = (np.zeros(4, np.float32), np.ones(4, np.float32))
    results = [
        dl.multi_head_attention(x, W, W, W, W, 2, dl.causal_mask(3)),
        dl.transformer_block(x, block.named_parameters(), 2, None),
        dl.gru_step_forward(x[:, 0], h, np.tile(W, 3), np.tile(W, 3), b),
        dl.im2col_naive(x[None], 2, 2, 1, 1),
        dl.max_norm(W, 0.5),
        dl.predictive_entropy(dl.softmax(x)),
        dl.monte_carlo_predict(lambda x, rng: 2 * x, x, 3, np.random.default_rng(0)),
        *dl.fold_batch_norm(W, W[0], W[0], W[1], running, 1e-5),
        *dl.batch_norm_forward(x[0], W[0], W[1], running, 0.9, 1e-5, True)[1],
    ]
    assert {result.dtype for result in results} == {np.dtype(np.float32)}
