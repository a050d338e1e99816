"""Bad arguments of every family of functions are refused in one sentence that names them.

The sentence has the form `function: argument must ..., got ...`.
"""

import re

import numpy as np
import pytest

import dlutils as dl


def normal(*shape):
    return np.random.default_rng(0).normal(size=shape)


rng = np.random.default_rng(0)
x, W, b, labels = normal(5, 3), normal(3, 4), normal(4), np.array([0, 3, 3, 1, 2])
logits, images, kernels = normal(5, 4), normal(2, 3, 6, 5), normal(4, 3, 2, 3)
grey = np.abs(normal(4, 6, 5)).clip(0, 1)
sequence, h0, weights = normal(2, 5, 3), normal(2, 4), (normal(3, 16), normal(4, 16), normal(16))
running = (np.zeros(3), np.ones(3))

# (call, name of the argument)
REFUSED = [
    (lambda: dl.linear_forward(x, W.T, b), "W"),
    (lambda: dl.linear_backward(normal(6, 4), (x, W, b)), "dy"),
    (lambda: dl.linear_backward(normal(1, 4), (x, W, b)), "dy"),
    (lambda: dl.cross_entropy(logits, labels - 1), "labels"),
    (lambda: dl.cross_entropy(logits, labels + 1), "labels"),
    (lambda: dl.cross_entropy_and_gradient(logits, labels * 1.0), "labels"),
    (lambda: dl.cross_entropy(logits[:0], labels[:0]), "logits"),
    (lambda: dl.binary_cross_entropy(b, np.array([0, 1, 2, 1])), "target"),
    (lambda: dl.softmax(normal(3, 0)), "logits"),
    (lambda: dl.adam_step(b, normal(3), None, 0.1), "dw"),
    (lambda: dl.momentum_step(b, b, normal(3), 0.1), "state"),
    (lambda: dl.clip_by_norm([b], -1), "max_norm"),
    (lambda: dl.he_init(0, 4, rng), "n_in"),
    (lambda: dl.xavier_init(3, 4, None), "rng"),
    (lambda: dl.minibatches(x, labels[:3], 2, rng), "y"),
    (lambda: dl.minibatches(x, labels, 0, rng), "batch_size"),
    (lambda: dl.accuracy(logits, np.eye(4)[labels]), "labels"),
    (lambda: dl.confusion_matrix(labels, labels, 3), "labels"),
    (lambda: dl.conv2d_forward(images, kernels, b, 0, 1), "stride"),
    (lambda: dl.conv2d_forward(images, kernels, b, 1, -1), "pad"),
    (lambda: dl.conv_output_size(5, 3, -1, 0), "stride"),
    (lambda: dl.max_pool2d_forward(images, 2, 0), "stride"),
    (lambda: dl.max_pool2d_backward(normal(1, 3, 3, 2), pooled()), "dy"),
    (lambda: dl.embedding_forward(np.array([-1]), W), "ids"),
    (lambda: dl.lstm_forward(sequence[:, :0], h0, *weights), "x"),
    (lambda: dl.lstm_forward_fast(sequence, normal(3, 4), *weights), "h0"),
    (lambda: dl.lstm_backward(normal(2, 4, 4), dl.lstm_forward(sequence, h0, *weights)[1]), "dh"),
    (lambda: dl.init_forget_bias(normal(12), 4), "b"),
    (lambda: dl.sample_sequence(None, 0, 3, 0, rng), "temperature"),
    (lambda: dl.attention_forward(sequence, sequence, sequence, np.ones((5, 5))), "mask"),
    (lambda: dl.attention_forward(x, x, x, np.tri(5, k=-1, dtype=bool)), "mask"),
    (lambda: dl.attention_forward_fast(x, x, x, np.tri(5, k=-1, dtype=bool)), "mask"),
    (lambda: dl.transformer_block(sequence, {"Wq": W}, 1, None), "params"),
    (lambda: dl.replace_head({"W": W}, 2, rng), "params"),
    (lambda: dl.frozen_step({"a": b, "c": b}, {"c": b}, ["c"], 0.1, 0.0), "grads"),
    (lambda: dl.standardize(x, logits), "others"),
    (lambda: dl.standardize(b), "train"),
    (lambda: dl.cosine_schedule(3, 10, 0.1, 10), "warmup"),
    (lambda: dl.SGD(3, 0.1), "model"),
    (lambda: flattened().backward(x), "dy"),
    (lambda: dl.split_heads(sequence, 2), "heads"),
    (lambda: dl.positional_encoding(4, 3), "D"),
    (lambda: dl.dropout_forward(x, 1.5, rng, True), "p"),
    (lambda: dl.max_norm(W, 0), "limit"),
    (lambda: dl.batch_norm_forward(x, b[:3], b[:3], running, 1.5, 1e-5, True), "momentum"),
    (lambda: dl.batch_norm_forward(x[:0], b[:3], b[:3], running, 0.9, 1e-5, True), "x"),
    (lambda: dl.group_norm_forward(images, b[:3], b[:3], 2, 1e-5), "groups"),
    (lambda: dl.random_flip(grey, rng, -0.1), "p"),
    (lambda: dl.random_crop(grey, -1, rng), "pad"),
    (lambda: dl.random_erase(grey, 6, rng), "size"),
    (lambda: dl.random_erase(grey, 0, rng), "size"),
    (lambda: dl.rotate((255 * grey).astype(np.uint8), 30), "images"),
    (lambda: dl.rotate(grey, normal(3)), "degrees"),
    (lambda: dl.mixup(grey, np.eye(4), 0, rng), "alpha"),
    (lambda: dl.resize_bilinear(grey, 0, 4), "height"),
    (lambda: dl.train_perceptron(x, np.array([-1, 1, 1, -1, 1]), 2, 0.1, rng), "y"),
    (lambda: dl.numerical_gradient(np.sum, np.arange(3)), "x"),
    (lambda: dl.Linear(3, 0, rng), "n_out"),
    (lambda: dl.Conv2d(3, 4, 3, rng, stride=1.5), "stride"),
    (lambda: dl.MaxPool2d(0), "size"),
    (lambda: dl.MultiHeadAttention(6, 4, rng), "heads"),
    (lambda: dl.Dropout(0.5, None), "rng"),
    (lambda: dl.BatchNorm(3, momentum=2), "momentum"),
    (lambda: dl.LSTM(3, 4, rng)(np.ones((2, 5, 3), int)), "x"),
    (lambda: dl.Sequential(dl.ReLU(), 3), "layers"),
    (lambda: dl.SGD(dl.Linear(3, 4, rng), lr=-0.1), "lr"),
    (lambda: dl.predict(dl.ReLU(), x[:0]), "x"),
    (lambda: dl.summary(dl.ReLU(), 3), "input_shape"),
]


def pooled():
    return dl.max_pool2d_forward(images, 2, 2)[1]


def flattened():
    layer = dl.Flatten()
    layer(images)
    return layer


@pytest.mark.parametrize(("call", "name"), REFUSED)
def test_refused_in_one_sentence(call, name):
    with pytest.raises(ValueError) as caught:
        call()
    assert re.fullmatch(rf"\w+: {name} must .+, got .+", str(caught.value))


def test_an_optimiser_refuses_a_gradient_of_another_shape():
    layer = dl.Linear(3, 4, rng)
    optimizer = dl.SGD(layer, lr=0.1)
    layer.dW, layer.db = normal(4, 3), normal(4)
    with pytest.raises(ValueError, match=r"SGD: dW must have shape \(3, 4\), got \(4, 3\)"):
        optimizer.step()
