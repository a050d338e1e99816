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
shared = dl.Linear(3, 4, rng)

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
    (lambda: dl.predict(3, x), "model"),
    (lambda: dl.sigmoid(labels.astype(np.uint8)), "z"),
    (lambda: dl.sigmoid(True), "z"),
    (lambda: dl.tanh(labels.astype(np.uint8)), "z"),
    (lambda: dl.softmax(logits.astype(np.int8)), "logits"),
    (lambda: dl.softmax((1, 2, 3)), "logits"),
    (lambda: dl.relu(np.array([None])), "z"),
    (lambda: dl.mse_loss(labels.astype(np.uint8), labels), "prediction"),
    (lambda: dl.mse_loss(x[:0], x[:0]), "prediction"),
    (lambda: dl.mse_and_gradient(x[:0], x[:0]), "prediction"),
    (lambda: dl.cross_entropy(logits.astype(np.uint8), labels), "logits"),
    (lambda: dl.cross_entropy_and_gradient(logits.astype(np.uint8), labels), "logits"),
    (lambda: dl.binary_cross_entropy(labels > 0, labels[:5] > 0), "logits"),
    (lambda: dl.autoencoder_loss(labels.astype(np.uint8), abs, abs), "x"),
    (lambda: dl.autoencoder_loss(x, abs, lambda code: code[:, :1]), "decode"),
    (lambda: dl.temporal_cross_entropy(np.ones((2, 3, 4), int), *kept()), "logits"),
    (lambda: dl.dropout_forward(np.ones(3, int), 0.5, rng, True), "x"),
    (lambda: dl.dropout_forward(1.0, 0.5, rng, True), "x"),
    (lambda: dl.dropout_forward(x, 0.5, 0, True), "rng"),
    (lambda: dl.numerical_gradient(np.sum, x.astype(np.float32)), "x"),
    (lambda: dl.numerical_gradient(np.sum, 1.0), "x"),
    (lambda: dl.gradient_error(x[:0], x[:0]), "analytic"),
    (lambda: dl.gradcheck(dl.ReLU(), np.ones((2, 3), int)), "x"),
    (lambda: dl.gradcheck(dl.Flatten(), np.ones((2, 3), int)), "x"),
    (lambda: dl.gradcheck_functions(lambda x: (x, 0), lambda dy, _: (dy, dy), x), "backward"),
    (lambda: dl.precision_recall_f1(np.eye(3)), "confusion"),
    (lambda: dl.cosine_schedule(11, 10, 0.1, 0), "step"),
    (lambda: dl.gradient_descent_step([(W, b)], [(W[:1], b)], 0.1), "grads[0]"),
    (lambda: dl.gradient_descent_step([(W, b)], [], 0.1), "grads"),
    (lambda: dl.frozen_step({"a": b}, {"a": b[:1]}, [], 0.1, 0.0), "grads"),
    (lambda: dl.frozen_step({"a": b}, {"a": b}, "ab", 0.1, 0.0), "frozen"),
    (lambda: dl.frozen_step({"a": b}, {"a": b}, ["A"], 0.1, 0.0), "frozen"),
    (lambda: dl.extract_features(dl.Sequential(dl.ReLU()), x), "layers"),
    (lambda: dl.adam_step(b, b, (b, b), 0.1), "state"),
    (lambda: dl.adamw_step(b, b, None, 0.1, weight_decay=-1), "weight_decay"),
    (lambda: dl.adam_step(b, b, None, 0.1, beta1=1.0), "beta1"),
    (lambda: dl.momentum_step(b, b, None, 0.1, momentum="0.9"), "momentum"),
    (lambda: dl.Adam(dl.Linear(3, 4, rng), beta1=1.0), "beta1"),
    (lambda: dl.RMSProp(dl.Linear(3, 4, rng), decay=1.5), "decay"),
    (lambda: dl.AdamW(dl.Linear(3, 4, rng), weight_decay=-1), "weight_decay"),
    (lambda: dl.EarlyStopping(0), "patience"),
    (lambda: dl.random_search(np.sum, {"lr": (0, 1)}, 1, rng), "space"),
    (lambda: dl.random_search(np.sum, {"lr": (1, 0.1)}, 1, rng), "space"),
    (lambda: dl.standardize([[1.0, 2.0]]), "train"),
    (lambda: dl.standardize(x, [[1.0, 2.0, 3.0]]), "others"),
    (lambda: dl.predictive_entropy(logits), "probabilities"),
    (lambda: dl.unbroadcast(x, (4,)), "gradient"),
    (lambda: dl.Tensor(x) @ normal(3), "operands of @"),
    (lambda: normal(3) @ dl.Tensor(W), "operands of @"),
    (lambda: dl.perceptron_update(b, 0.0, b, 0.5, 0.1), "y"),
    (lambda: dl.train_perceptron(x, labels * 0.5, 2, 0.1, rng), "y"),
    (lambda: dl.receptive_field([3, 3]), "layers"),
    (lambda: dl.receptive_field([(0, -1)]), "layers"),
    (lambda: dl.positional_encoding(3, 4.0), "D"),
    (lambda: dl.conv2d_forward(images, kernels.astype(int), b, 1, 1), "W"),
    (lambda: dl.attention_forward_fast(x, x, np.ones((5, 3), int), None), "v"),
    (lambda: dl.MultiHeadAttention(6, 2, rng, mask=dl.causal_mask(5)), "mask"),
    (lambda: dl.TransformerBlock(6, 2, 5, rng, mask=dl.causal_mask(5)), "mask"),
    (lambda: dl.Conv2d(1, 2, (3,), rng), "kernel"),
    (lambda: dl.Conv2d(1, 2, -3, rng), "kernel"),
    (lambda: dl.Conv2d(1, 2, 2.5, rng), "kernel"),
    (lambda: dl.Conv2d(3, 4, 3, rng)(images[:0]), "x"),
    (lambda: dl.LSTM(3, 4, rng)(sequence[:0]), "x"),
    (lambda: dl.GRU(3, 4, rng)(sequence[:0]), "x"),
    (lambda: dl.group_norm_forward(images[:0], b[:3], b[:3], 3, 1e-5), "x"),
    (lambda: dl.BatchNorm(3)(images[:, :, :0]), "x"),
    (lambda: dl.Sequential(), "layers"),
    (lambda: dl.Sequential(dl.Sequential(shared), dl.TimeDistributed(shared)), "layers"),
    (lambda: dl.TimeDistributed(3), "layer"),
    (lambda: timed().backward(normal(5, 2, 4)), "dy"),
    (lambda: linear().backward_params(normal(4, 4)), "dy"),
    (lambda: dl.set_weights(dl.ReLU(), [1]), "weights"),
    (lambda: training(model=1), "model"),
    (lambda: training(optimizer=0.1), "optimizer"),
    (lambda: training(loss=dl.mse_loss), "loss"),
    (lambda: training(metrics={"loss": dl.mse_loss}), "metrics"),
    (lambda: dl.summary(dl.ReLU(), 3), "input_shape"),
]


def pooled():
    return dl.max_pool2d_forward(images, 2, 2)[1]


def kept():
    return np.zeros((2, 3), int), np.ones((2, 3), bool)


def linear():
    layer = dl.Linear(3, 4, rng)
    layer(x)
    return layer


def timed():
    layer = dl.TimeDistributed(dl.Linear(3, 4, rng))
    layer(sequence)
    return layer


def training(model=shared, optimizer=None, loss=dl.mse_and_gradient, **others):
    optimizer = optimizer or dl.SGD(shared, lr=0.1)
    return dl.train(model, loss, optimizer, x, logits, 1, 5, rng, progress=False, **others)


def flattened():
    layer = dl.Flatten()
    layer(images)
    return layer


@pytest.mark.parametrize(("call", "name"), REFUSED)
def test_refused_in_one_sentence(call, name):
    with pytest.raises(ValueError) as caught:
        call()
    assert re.fullmatch(rf"\w+: {re.escape(name)} must .+, got .+", str(caught.value))


def test_an_optimiser_refuses_a_gradient_of_another_shape():
    layer = dl.Linear(3, 4, rng)
    optimizer = dl.SGD(layer, lr=0.1)
    layer.dW, layer.db = normal(4, 3), normal(4)
    with pytest.raises(ValueError, match=r"SGD: dW must have shape \(3, 4\), got \(4, 3\)"):
        optimizer.step()


@pytest.mark.parametrize(
    "lose",
    [
        lambda model: dl.SGD(model, lr=0.1),
        lambda model: setattr(model, "W", normal(3, 4)),
    ],
)
def test_an_optimiser_refuses_a_model_that_it_has_lost(lose):
    model = linear()
    optimizer = dl.SGD(model, lr=0.1)
    lose(model)
    model.backward(normal(5, 4))
    with pytest.raises(ValueError, match="SGD: model must keep this optimiser's arrays, got anoth"):
        optimizer.step()
