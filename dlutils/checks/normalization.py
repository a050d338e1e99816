"""Norms: cases by sizes instead of arrays, and what batch norm returns under the parts' names."""

import numpy as np

from dlutils.checks.calling import Case


def batch_norm_case(*shape, train=True, momentum=0.8, eps=1e-5, dy=False):
    """Random arguments of batch norm for x (N, D) or (N, C, H, W); with `dy`, it comes first.

    Every feature has a mean and a spread of its own, wide enough for eps not to show.
    """
    rng = np.random.default_rng([*shape, train])
    upstream = {"dy": rng.normal(size=shape)} if dy else {}
    n, ones = shape[1], (1,) * (len(shape) - 2)
    spread, offset = rng.uniform(20, 60, (n, *ones)), rng.normal(0, 30, (n, *ones))
    x = offset + spread * rng.normal(size=shape)
    running = (rng.normal(0, 10, size=n), rng.uniform(100, 900, size=n))
    return Case(
        **upstream,
        x=x,
        gamma=rng.normal(size=n),
        beta=rng.normal(size=n),
        running=running,
        momentum=momentum,
        eps=eps,
        train=train,
    )


def batch_norm_example(train=True, dy=False, eps=1e-5):
    """The examples of chapter 12: in training, in prediction, and, with `dy`, of the gradient."""
    upstream = {"dy": np.array([[1.0], [0.0], [0.0]])} if dy else {}
    x, running = np.array([[1.0, 10.0], [3.0, 30.0]]), (np.zeros(2), np.ones(2))
    gamma, beta = np.array([2.0, 1.0]), np.array([0.0, 5.0])
    if dy:
        x, gamma, beta = np.array([[1.0], [3.0], [5.0]]), np.ones(1), np.ones(1)
        running = (np.zeros(1), np.ones(1))
    elif not train:
        x, running = np.array([[5.0, 20.0]]), (np.array([1.0, 10.0]), np.array([4.0, 25.0]))
    arguments = {"x": x, "gamma": gamma, "beta": beta, "running": running}
    return Case(**upstream, **arguments, momentum=0.9, eps=eps, train=train)


def spatial_example(eps=1e-5):
    """The example of chapter 12: two images of two channels, one row of two pixels each."""
    x = np.array([[[[1.0, 3.0]], [[5.0, 5.0]]], [[[5.0, 7.0]], [[9.0, 9.0]]]])
    return Case(
        x=x,
        gamma=np.ones(2),
        beta=np.zeros(2),
        running=(np.zeros(2), np.ones(2)),
        momentum=0.9,
        eps=eps,
        train=True,
    )


def running_case(*sizes, D, momentum=0.8):
    """Random arguments of `running_after`: one batch (N, D) for each N of `sizes`."""
    rng = np.random.default_rng([*sizes, D])
    return Case(
        batches=[rng.normal(2, 3, size=(N, D)) for N in sizes],
        gamma=rng.normal(size=D),
        beta=rng.normal(size=D),
        running=(rng.normal(size=D), rng.uniform(0.5, 3, size=D)),
        momentum=momentum,
        eps=1e-5,
    )


def group_norm_case(*shape, groups, eps=1e-5):
    """Random arguments of `group_norm_forward` for x (N, C, H, W), each image of its own spread."""
    rng = np.random.default_rng([*shape, groups])
    N, C = shape[:2]
    spread, offset = rng.uniform(20, 60, (N, C, 1, 1)), rng.normal(0, 30, (N, C, 1, 1))
    x = offset + spread * rng.normal(size=shape)
    return Case(x=x, gamma=rng.normal(size=C), beta=rng.normal(size=C), groups=groups, eps=eps)


def fold_case(D, M):
    """Random arguments of `fold_batch_norm` for W (D, M), with wide running variances."""
    rng = np.random.default_rng([D, M])
    arguments = {name: rng.normal(size=size) for name, size in (("W", (D, M)), ("b", M))}
    arguments |= {"gamma": rng.normal(size=M), "beta": rng.normal(size=M)}
    running = (rng.normal(0, 10, size=M), rng.uniform(100, 900, size=M))
    return Case(**arguments, running=running, eps=1e-5)


def normed(*names):
    """A `using=` of `agrees`: of what batch norm returns, y, running, cache, the parts named:
    "y", "mean" and "var", the two of running.
    """

    def use(answer, *arguments):
        y, *running = _parts(answer(*arguments), "mean" in names)
        found = {"y": y, **dict(zip(("mean", "var"), running, strict=False))}
        return {name: found[name] for name in names}

    return use


def running_after(answer, batches, gamma, beta, running, momentum, eps):
    """Running mean and variance after a call in training for each batch, one after another.

    After that comes a call in prediction, with the first batch, and what it returns as running.
    """
    for x in batches:
        _, *running = _parts(answer(x, gamma, beta, tuple(running), momentum, eps, True), True)
    _, *kept = _parts(answer(batches[0], gamma, beta, tuple(running), momentum, eps, False), True)
    names = ("mean", "var", "mean after a prediction", "var after a prediction")
    return dict(zip(names, [*running, *kept], strict=True))


def _parts(returned, with_running):
    """y, and the running mean and variance where asked for, from (y, running, cache)."""
    if returned is None:
        raise ValueError("it returned None: is the `return` missing?")
    if not isinstance(returned, list | tuple) or len(returned) != 3:
        got = f"{len(returned)} values" if isinstance(returned, list | tuple) else "one value"
        raise ValueError(f"three values (y, running, cache) are expected, got {got}")
    y, running, _ = returned
    if not with_running:
        return [y]
    if not isinstance(running, list | tuple | np.ndarray) or len(running) != 2:
        raise ValueError("running, the second value, must be the pair (mean, var)")
    return [y, *running]
