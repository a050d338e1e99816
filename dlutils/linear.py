"""The linear layer (chapters 2 and 3)."""

from dlutils.shapes import shapes


@shapes(x="N D", W="D M", b="M")
def linear_forward(x, W, b):
    """Affine map y = x W + b: x (N, D), W (D, M), b (M,) -> y (N, M), cache (x, W, b)."""
    return x @ W + b, (x, W, b)


@shapes(cache="N D, D M", dy="N M")
def linear_backward(dy, cache):
    """Gradients of y = x W + b: dy (N, M), cache (x, W, b) -> dx (N, D), dW (D, M), db (M,)."""
    x, W, _ = cache
    return dy @ W.T, x.T @ dy, dy.sum(axis=0)
