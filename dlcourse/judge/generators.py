"""numpy's random Generators as plain data: state and seed sequence, so that spawn works too."""

import numpy as np

from dlcourse.judge.channel import CannotSend

KINDS = ("PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64")
POSITIONS = {"MT19937": ("pos", 624), "Philox": ("buffer_pos", 4)}  # C code trusts these
MAX_SPAWNED = 10_000


def freeze(generator):
    """(kind, numbers and bytes of its state, seed sequence): equal exactly when the next draws are.

    Raises CannotSend for a generator that is not seeded in numpy's usual way.
    """
    bits = generator.bit_generator
    kind, seeds = type(bits).__name__, bits.seed_seq
    if kind not in KINDS or type(seeds) is not np.random.SeedSequence:
        raise CannotSend(f"a random generator made of {kind} cannot be sent")
    entropy = seeds.entropy
    if isinstance(entropy, list | tuple | np.ndarray):
        entropy = tuple(map(int, entropy))
    key = tuple(map(int, seeds.spawn_key))
    state = tuple(_leaf(value) for _, value in _leaves(bits.state))
    return kind, state, (entropy, key, seeds.pool_size, seeds.n_children_spawned)


def thaw(kind, state, seeds):
    """A Generator from what `freeze` gave; ValueError or TypeError for anything else."""
    entropy, key, pool_size, spawned = seeds
    if kind not in KINDS or not (4 <= pool_size <= 64 and spawned >= 0):
        raise ValueError("not the state of a generator")
    sequence = np.random.SeedSequence(
        entropy, spawn_key=key, pool_size=pool_size, n_children_spawned=spawned
    )
    generator = np.random.Generator(getattr(np.random, kind)(sequence))
    _set_state(generator.bit_generator, state)
    return generator


def refresh(generator, kind, state, seeds):
    """Bring an existing Generator to a state that `freeze` gave of its twin."""
    bits = generator.bit_generator
    spawned = seeds[3] - bits.seed_seq.n_children_spawned
    if kind != type(bits).__name__ or not 0 <= spawned <= MAX_SPAWNED:
        raise ValueError("not a later state of this generator")
    if spawned:
        bits.seed_seq.spawn(spawned)
    _set_state(bits, state)


def _leaves(state):
    """(name, value) of all numbers and arrays in a bit generator's nested state, in fixed order."""
    for name in sorted(state):
        if isinstance(state[name], dict):
            yield from _leaves(state[name])
        elif name != "bit_generator":
            yield name, state[name]


def _leaf(value):
    return value.tobytes() if isinstance(value, np.ndarray) else int(value)


def _set_state(bits, values):
    """The present state serves as the form that the values are poured into."""
    form = bits.state
    places = list(_leaves(form))
    position, most = POSITIONS.get(type(bits).__name__, ("", 0))
    poured = iter(
        _checked(name, old, new, most if name == position else None)
        for (name, old), new in zip(places, values, strict=True)
    )
    bits.state = _poured(form, poured)


def _poured(form, values):
    return {
        name: _poured(form[name], values)
        if isinstance(form[name], dict)
        else form[name]
        if name == "bit_generator"
        else next(values)
        for name in sorted(form)
    }


def _checked(name, old, new, most):
    if isinstance(old, np.ndarray):
        if type(new) is not bytes or len(new) != old.nbytes:
            raise ValueError(f"not the {name} of a generator")
        return np.frombuffer(new, old.dtype).reshape(old.shape).copy()
    if type(new) is not int or not 0 <= new < 2**128 or (most is not None and new > most):
        raise ValueError(f"not the {name} of a generator")
    return new
