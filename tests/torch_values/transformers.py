"""PyTorch's values for chapter 10's attention, next to what dlutils makes of the same inputs."""

import numpy as np

import dlutils as dl
from tests.torch_values import compares, forward_backward, records
from tests.torch_values.results import agree, named


def attention_case(torch, rng, leading, Tq, Tk, d, dv, causal):
    shapes = {"q": (Tq, d), "k": (Tk, d), "v": (Tk, dv)}
    arrays = {name: rng.normal(size=(*leading, *shape)) for name, shape in shapes.items()}
    mask = rng.random((Tq, Tk)) < 0.6
    mask[:, 0] = True
    mask = np.tril(mask) if causal else mask

    def attention(q, k, v):
        return torch.nn.functional.scaled_dot_product_attention(
            q, k, v, attn_mask=torch.tensor(mask)
        )

    inputs, outputs = forward_backward(torch, attention, rng, **arrays)
    return inputs | {"mask": mask}, outputs


@records("attention")
def torch_attention(torch, rng):
    cases = {
        "heads": ((2, 3), 4, 4, 5, 5, False),
        "causal": ((2,), 5, 5, 3, 3, True),
        "other keys": ((), 3, 6, 2, 4, False),
        "T = 1": ((2, 1), 1, 1, 4, 4, True),
    }
    for case, sizes in cases.items():
        yield case, *attention_case(torch, rng, *sizes)


@compares("attention")
def our_attention(q, k, v, mask, dy):
    results = []
    for forward, backward in [
        (dl.attention_forward, dl.attention_backward),
        (dl.attention_forward_fast, dl.attention_backward_fast),
    ]:
        y, cache = forward(q, k, v, mask)
        results.append(named(y, backward(dy, cache), "q k v"))
    return agree(*results)


def heads_case(torch, rng, N, T, D, heads, causal):
    """torch.nn.MultiheadAttention with our weights."""
    module = torch.nn.MultiheadAttention(
        D, heads, bias=False, batch_first=True, dtype=torch.float64
    )
    mask = np.tri(T, dtype=bool) if causal else np.ones((T, T), dtype=bool)
    arrays = {name: rng.normal(size=(D, D)) for name in ("Wq", "Wk", "Wv", "Wo")}

    def attention(x, Wq, Wk, Wv, Wo):
        weights = {
            "in_proj_weight": torch.cat([Wq.T, Wk.T, Wv.T]),
            "out_proj.weight": Wo.T,
        }
        options = {"attn_mask": torch.tensor(~mask), "need_weights": False}
        return torch.func.functional_call(module, weights, (x, x, x), options)[0]

    x = rng.normal(size=(N, T, D))
    inputs, outputs = forward_backward(torch, attention, rng, x=x, **arrays)
    return inputs | {"mask": mask, "heads": np.array(heads)}, outputs


@records("multi_head")
def torch_multi_head(torch, rng):
    cases = {
        "two heads": (2, 4, 6, 2, False),
        "causal": (3, 5, 6, 3, True),
        "T = 1": (2, 1, 4, 2, True),
        "one head, batch 1": (1, 3, 2, 1, False),
    }
    for case, sizes in cases.items():
        yield case, *heads_case(torch, rng, *sizes)


@compares("multi_head")
def our_multi_head(x, Wq, Wk, Wv, Wo, mask, heads, dy):
    arguments = (x, Wq, Wk, Wv, Wo, int(heads), mask)
    y, cache = dl.multi_head_attention_forward(*arguments)
    np.testing.assert_allclose(dl.multi_head_attention(*arguments), y, rtol=0, atol=1e-11)
    return named(y, dl.multi_head_attention_backward(dy, cache), "x Wq Wk Wv Wo")


def block_case(torch, rng, N, T, D, heads, hidden, causal):
    """torch.nn.TransformerEncoderLayer, pre-norm and without attention's biases."""
    module = torch.nn.TransformerEncoderLayer(
        D, heads, hidden, dropout=0, batch_first=True, norm_first=True, dtype=torch.float64
    )
    mask = np.tri(T, dtype=bool) if causal else np.ones((T, T), dtype=bool)
    shapes = dict.fromkeys(("Wq", "Wk", "Wv", "Wo"), (D, D))
    shapes |= {"W1": (D, hidden), "b1": (hidden,), "W2": (hidden, D), "b2": (D,)}
    shapes |= dict.fromkeys(("gamma1", "beta1", "gamma2", "beta2"), (D,))
    arrays = {name: rng.normal(size=shape) for name, shape in shapes.items()}

    def block(x, Wq, Wk, Wv, Wo, W1, b1, W2, b2, gamma1, beta1, gamma2, beta2):
        weights = {
            "self_attn.in_proj_weight": torch.cat([Wq.T, Wk.T, Wv.T]),
            "self_attn.in_proj_bias": torch.zeros(3 * D, dtype=torch.float64),
            "self_attn.out_proj.weight": Wo.T,
            "self_attn.out_proj.bias": torch.zeros(D, dtype=torch.float64),
            "linear1.weight": W1.T,
            "linear1.bias": b1,
            "linear2.weight": W2.T,
            "linear2.bias": b2,
            "norm1.weight": gamma1,
            "norm1.bias": beta1,
            "norm2.weight": gamma2,
            "norm2.bias": beta2,
        }
        options = {"src_mask": torch.tensor(~mask)}
        return torch.func.functional_call(module, weights, (x,), options)

    x = rng.normal(size=(N, T, D))
    inputs, outputs = forward_backward(torch, block, rng, x=x, **arrays)
    return inputs | {"mask": mask, "heads": np.array(heads)}, outputs


@records("transformer")
def torch_transformer(torch, rng):
    cases = {
        "two heads": (2, 4, 6, 2, 5, False),
        "causal": (2, 5, 4, 2, 8, True),
        "T = 1": (3, 1, 4, 1, 3, True),
    }
    for case, sizes in cases.items():
        yield case, *block_case(torch, rng, *sizes)


@compares("transformer")
def our_transformer(x, mask, heads, dy, **params):
    y, cache = dl.transformer_block_forward(x, params, int(heads), mask)
    whole = dl.transformer_block(x, params, int(heads), mask)
    np.testing.assert_allclose(whole, y, rtol=0, atol=1e-11)
    dx, gradients = dl.transformer_block_backward(dy, cache)
    return {"y": y, "dx": dx, **{f"d{name}": d for name, d in gradients.items()}}
