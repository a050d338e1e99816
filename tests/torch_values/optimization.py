"""PyTorch's optimisers, clipping and schedules over several steps, next to ours."""

import numpy as np

import dlutils as dl
from tests.torch_values import compares, records

STEPS = {
    "sgd": dl.sgd_step,
    "momentum": dl.momentum_step,
    "nesterov": dl.nesterov_step,
    "adagrad": dl.adagrad_step,
    "rmsprop": dl.rmsprop_step,
    "adam": dl.adam_step,
    "adamw": dl.adamw_step,
}
CLASSES = {
    "sgd": dl.SGD,
    "momentum": dl.Momentum,
    "nesterov": dl.Nesterov,
    "adagrad": dl.AdaGrad,
    "rmsprop": dl.RMSProp,
    "adam": dl.Adam,
    "adamw": dl.AdamW,
}


@records("optimizers")
def torch_optimizers(torch, rng):
    optim = torch.optim
    cases = [
        ("sgd", {"lr": 0.1}, lambda w: optim.SGD([w], lr=0.1)),
        ("momentum", {"lr": 0.1}, lambda w: optim.SGD([w], lr=0.1, momentum=0.9)),
        (
            "momentum low",
            {"lr": 0.2, "momentum": 0.3},
            lambda w: optim.SGD([w], lr=0.2, momentum=0.3),
        ),
        (
            "nesterov",
            {"lr": 0.1, "momentum": 0.8},
            lambda w: optim.SGD([w], lr=0.1, momentum=0.8, nesterov=True),
        ),
        ("adagrad", {"lr": 0.3, "eps": 1e-3}, lambda w: optim.Adagrad([w], lr=0.3, eps=1e-3)),
        (
            "rmsprop",
            {"lr": 0.01, "decay": 0.7, "eps": 1e-3},
            lambda w: optim.RMSprop([w], lr=0.01, alpha=0.7, eps=1e-3),
        ),
        ("adam", {"lr": 0.001}, lambda w: optim.Adam([w], lr=0.001)),
        (
            "adam unusual",
            {"lr": 0.1, "beta1": 0.6, "beta2": 0.3, "eps": 1e-2},
            lambda w: optim.Adam([w], lr=0.1, betas=(0.6, 0.3), eps=1e-2),
        ),
        (
            "adamw",
            {"lr": 0.05, "beta1": 0.5, "beta2": 0.8, "eps": 1e-4, "weight_decay": 0.3},
            lambda w: optim.AdamW([w], lr=0.05, betas=(0.5, 0.8), eps=1e-4, weight_decay=0.3),
        ),
    ]
    for case, settings, make in cases:
        w, gradients = rng.normal(size=(3, 2)), rng.normal(size=(6, 3, 2))
        tensor = torch.tensor(w, requires_grad=True)
        optimizer, path = make(tensor), []
        for gradient in gradients:
            tensor.grad = torch.tensor(gradient)
            optimizer.step()
            path.append(tensor.detach().numpy().copy())
        inputs = {"w": w, "gradients": gradients, "name": np.array(case.split()[0])}
        yield case, inputs | settings, {"path": np.stack(path)}


@compares("optimizers")
def our_optimizers(w, gradients, name, **settings):
    """The pure steps; on the way, the class of the same name must move a layer alike."""
    step, settings = STEPS[str(name)], {key: float(value) for key, value in settings.items()}
    layer = dl.Linear(3, 2, np.random.default_rng(0), dtype=np.float64)
    layer.W[...], layer.db = w, np.zeros(2)
    optimizer = CLASSES[str(name)](layer, **settings)
    state, path = None, []
    for dw in gradients:
        if step is dl.sgd_step:
            w = step(w, dw, **settings)
        else:
            w, state = step(w, dw, state, **settings)
        layer.dW = dw
        optimizer.step()
        np.testing.assert_allclose(layer.W, w, rtol=1e-12)
        path.append(w)
    return {"path": np.stack(path)}


@records("clipping")
def torch_clipping(torch, rng):
    for case, scale in [("long", 10.0), ("short", 0.01)]:
        a, b = scale * rng.normal(size=(3, 2)), scale * rng.normal(size=4)
        tensors = [torch.zeros(3, 2).double(), torch.zeros(4).double()]
        for tensor, gradient in zip(tensors, (a, b), strict=True):
            tensor.grad = torch.tensor(gradient)
        norm = torch.nn.utils.clip_grad_norm_(tensors, 1.5)
        # PyTorch divides by norm + 1e-6; without that, its result is longer by this factor.
        factor = (norm + 1e-6) / norm if norm > 1.5 else 1
        clipped = {f"clipped_{i}": (t.grad * factor).numpy() for i, t in enumerate(tensors)}
        yield case, {"a": a, "b": b}, clipped


@compares("clipping")
def our_clipping(a, b):
    return {f"clipped_{i}": g for i, g in enumerate(dl.clip_by_norm([a, b], 1.5))}


@records("schedules")
def torch_schedules(torch, rng):
    total, lr = 20, 0.3

    def rates(make):
        optimizer = torch.optim.SGD([torch.zeros(1)], lr=lr)
        schedule, found = make(optimizer), []
        for _ in range(total):
            found.append(schedule.get_last_lr()[0])
            optimizer.step()
            schedule.step()
        return np.array(found)

    scheduler = torch.optim.lr_scheduler
    for warmup in (0, 5):

        def cosine(optimizer, warmup=warmup):
            down = scheduler.CosineAnnealingLR(optimizer, total - warmup)
            if warmup == 0:
                return down
            up = scheduler.LambdaLR(optimizer, lambda step: (step + 1) / warmup)
            return scheduler.SequentialLR(optimizer, [up, down], [warmup])

        yield f"cosine {warmup}", {"warmup": np.array(warmup)}, {"rates": rates(cosine)}
    steps = rates(lambda optimizer: scheduler.StepLR(optimizer, 6, 0.5))
    yield "step", {"every": np.array(6)}, {"rates": steps}


@compares("schedules")
def our_schedules(warmup=None, every=None):
    if every is None:
        return {"rates": np.array([dl.cosine_schedule(t, 20, 0.3, warmup) for t in range(20)])}
    return {"rates": np.array([dl.step_schedule(t, 0.3, every, 0.5) for t in range(20)])}
