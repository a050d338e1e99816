"""The transformer block (chapter 10), pre-norm, with its gradients and as a layer.

A. Vaswani et al., Attention is all you need, 2017; norms before the parts: R. Xiong et al., 2020.
"""

import numpy as np

from dlutils.activations import relu, relu_backward
from dlutils.attention import multi_head_attention
from dlutils.initializers import he_init, xavier_init
from dlutils.layers import Layer
from dlutils.linear import linear_backward, linear_forward
from dlutils.multi_head import multi_head_attention_backward, multi_head_attention_forward
from dlutils.normalization import layer_norm_backward, layer_norm_forward
from dlutils.rules import a_function, generator, whole
from dlutils.shapes import missing_names, refuses, shapes

NAMES = ["Wq", "Wk", "Wv", "Wo", "W1", "b1", "W2", "b2", "gamma1", "beta1", "gamma2", "beta2"]


def _incomplete(x, params, heads, mask):
    return missing_names("params", params, *NAMES)


@shapes(x="N! T! D", heads=whole(1), mask="T T bool")
@refuses(_incomplete)
def transformer_block(x, params, heads, mask):
    """Tokens read each other, then each thinks for itself: x (N, T, D) -> y (N, T, D).

    a = x + attention(norm(x)) and y = a + relu(norm(a) W1 + b1) W2 + b2, where norm is layer norm
    and attention has `heads` heads. params is a dict: Wq Wk Wv Wo (D, D), W1 (D, F), b1 (F,),
    W2 (F, D), b2 (D,), and gamma1 beta1 gamma2 beta2 (D,) of the two norms.
    """
    normed, _ = layer_norm_forward(x, params["gamma1"], params["beta1"])
    weights = (params["Wq"], params["Wk"], params["Wv"], params["Wo"])
    a = x + multi_head_attention(normed, *weights, heads, mask)
    normed, _ = layer_norm_forward(a, params["gamma2"], params["beta2"])
    hidden = relu(normed @ params["W1"] + params["b1"])
    return a + hidden @ params["W2"] + params["b2"]


@shapes(x="N! T! D", heads=whole(1), mask="T T bool")
@refuses(_incomplete)
def transformer_block_forward(x, params, heads, mask):
    """`transformer_block` that keeps what its gradients need: x (N, T, D) -> y, cache."""
    normed, norm1 = layer_norm_forward(x, params["gamma1"], params["beta1"])
    weights = (params["Wq"], params["Wk"], params["Wv"], params["Wo"])
    attended, attention = multi_head_attention_forward(normed, *weights, heads, mask)
    a = x + attended
    normed, norm2 = layer_norm_forward(a, params["gamma2"], params["beta2"])
    tokens = normed.reshape(-1, x.shape[-1])  # (N T, D)
    hidden, linear1 = linear_forward(tokens, params["W1"], params["b1"])
    y, linear2 = linear_forward(relu(hidden), params["W2"], params["b2"])
    return a + y.reshape(x.shape), (norm1, attention, norm2, linear1, hidden, linear2)


@shapes(dy="N T D")
def transformer_block_backward(dy, cache):
    """Gradients of the block: dy (N, T, D) -> dx (N, T, D), a dict with the names of params.

    Both residuals pass their dy on unchanged; what their branches send back is added to it.
    """
    norm1, attention, norm2, linear1, hidden, linear2 = cache
    d = {}
    dhidden, d["W2"], d["b2"] = linear_backward(dy.reshape(-1, dy.shape[-1]), linear2)
    dtokens, d["W1"], d["b1"] = linear_backward(relu_backward(dhidden, hidden), linear1)
    da, d["gamma2"], d["beta2"] = layer_norm_backward(dtokens.reshape(dy.shape), norm2)
    da += dy
    dnormed, *weights = multi_head_attention_backward(da, attention)
    d["Wq"], d["Wk"], d["Wv"], d["Wo"] = weights
    dx, d["gamma1"], d["beta1"] = layer_norm_backward(dnormed, norm1)
    return dx + da, d


class TransformerBlock(Layer):
    """`transformer_block` as a layer: x (N, T, D), y (N, T, D), with `hidden` units in between.

    `mask`, such as `causal_mask`, is called with T and says who may attend to whom; None: everyone.
    """

    params = ("Wq", "Wk", "Wv", "Wo", "W1", "b1", "W2", "b2", "gamma1", "beta1", "gamma2", "beta2")

    @shapes(
        n=whole(1),
        heads=whole(1, divides="n"),
        hidden=whole(1),
        rng=generator,
        mask=a_function("T, such as causal_mask"),
    )
    def __init__(self, n, heads, hidden, rng, mask=None, dtype=np.float32):
        self.Wq, self.Wk, self.Wv, self.Wo = (
            xavier_init(n, n, rng).astype(dtype) for _ in range(4)
        )
        self.W1, self.b1 = he_init(n, hidden, rng).astype(dtype), np.zeros(hidden, dtype)
        self.W2, self.b2 = he_init(hidden, n, rng).astype(dtype), np.zeros(n, dtype)
        self.gamma1, self.beta1 = np.ones(n, dtype), np.zeros(n, dtype)
        self.gamma2, self.beta2 = np.ones(n, dtype), np.zeros(n, dtype)
        self.heads, self.mask = heads, mask

    @shapes(x="N T D")
    def forward(self, x):
        mask = None if self.mask is None else self.mask(x.shape[1])
        y, self.cache = transformer_block_forward(x, self.named_parameters(), self.heads, mask)
        return y

    def backward(self, dy):
        dx, gradients = transformer_block_backward(dy, self.cache)
        for name, gradient in gradients.items():
            setattr(self, f"d{name}", gradient)
        return dx
