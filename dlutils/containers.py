"""Layers made of layers."""

from dlutils.layers import Layer
from dlutils.shapes import shapes


class Sequential(Layer):
    """Layers one after another; parameters are named by the layer's number, "0.W"."""

    def __init__(self, *layers):
        if strange := [layer for layer in layers if not isinstance(layer, Layer)]:
            raise ValueError(f"Sequential: layers must be Layers, got {strange[0]!r:.60}")
        if not layers:
            raise ValueError("Sequential: layers must be at least one, got none")
        inside = [id(part) for layer in layers for _, part in layer.walk()]
        if len(set(inside)) < len(inside):
            raise ValueError("Sequential: layers must be different objects, got one of them twice")
        self.layers = list(layers)

    def children(self):
        return {str(i): layer for i, layer in enumerate(self.layers)}

    def __iter__(self):
        return iter(self.layers)

    def forward(self, x):
        for layer in self.layers:
            x = layer.forward(x)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def backward_params(self, dy):
        first, *others = self.layers
        for layer in reversed(others):
            dy = layer.backward(dy)
        first.backward_params(dy)


class TimeDistributed(Layer):
    """A layer for (N, D) applied at every position of a sequence: x (N, T, D) -> y (N, T, M)."""

    def __init__(self, layer):
        if not isinstance(layer, Layer):
            raise ValueError(f"TimeDistributed: layer must be a Layer, got {layer!r:.60}")
        self.layer = layer

    def children(self):
        return {"layer": self.layer}

    @shapes(x="N! T! D!")
    def forward(self, x):
        self.cache = x.shape[:-1]
        return self.layer(x.reshape(-1, x.shape[-1])).reshape(*x.shape[:-1], -1)

    def backward(self, dy):
        if dy.shape[:-1] != self.cache:
            raise ValueError(
                f"TimeDistributed: dy must have shape (N, T, M) with N, T = {self.cache}, "
                f"got shape {dy.shape}"
            )
        return self.layer.backward(dy.reshape(-1, dy.shape[-1])).reshape(*dy.shape[:-1], -1)
