"""Synchronised replicas: objects that can change and have crossed are one object for both sides.

Each side keeps its copy under a number that both know. Every message begins with the changes that
its side made since the last one, found by comparison with a shadow of what the other side has. So
updates in place, aliases, an optimiser that holds its parameters, and generators that run later
behave as in one process. Once a side has nothing but this table left that refers to its copy,
nobody there can tell whether it is still the same one: it is forgotten, and the other side told so.
"""

import sys
from operator import is_

import numpy as np

from dlcourse.judge import generators
from dlcourse.judge.channel import LIMITS, CannotSend, WireError
from dlcourse.judge.decoder import Decoder
from dlcourse.judge.wire import Encoder, pack, unpack

CONTAINERS = (list, dict, set)


class Entry:
    """One object that both sides know, and a shadow: what the other side believes it holds."""

    __slots__ = ("in_c_order", "object", "shadow")

    def __init__(self, value, in_c_order=False):
        self.object, self.in_c_order = value, in_c_order
        is_view = in_c_order is None  # its base is known too, and has the shadow
        self.shadow = None if is_view else snapshot(value)

    def changed(self):
        return self.shadow is not None and not unchanged(self.object, self.shadow)

    def idle(self):
        """Whether nothing but this entry refers to the object."""
        return sys.getrefcount(self.object) <= ALONE


class Replicas:
    """One side's table. The two sides number new objects from 0 and from 1 in steps of two."""

    def __init__(self, foreign, first, limits=LIMITS):
        self.foreign, self.limits = foreign, limits
        self.entries = {}  # number -> Entry
        self.numbers = {}  # id(object) -> number
        self.following, self.parity = first, first % 2
        self.forgotten = []  # numbers, still to be told

    def encode(self, value):
        """The header and the array contents of a message that carries a value."""
        encoder = Encoder(self, self.foreign, self.limits)
        updates = [
            update for number in list(self.entries) for update in self._update(encoder, number)
        ]
        node = encoder.node(value)
        if encoder.fresh and len(self.entries) + len(encoder.fresh) > self.limits.objects:
            raise CannotSend(f"more than {self.limits.objects:,} objects are in use on both sides")
        header = pack((self.forgotten, self.foreign.released(), updates, node))
        if len(header) > self.limits.header:
            raise CannotSend(f"data of more than {self.limits.header >> 20} MB cannot be sent")
        for number, *_ in updates:
            self.entries[number].shadow = snapshot(self.entries[number].object)
        for number, fresh, in_c_order in encoder.fresh.values():
            self._enter(number, fresh, in_c_order)
        self.forgotten = []
        self.foreign.told()
        return header, encoder.contents

    def decode(self, header, contents, fill):
        """The value of a message; `fill(array)` receives the contents that follow its header."""
        try:
            forgotten, released, updates, node = unpack(header)
            decoder = Decoder(self, self.foreign, self.limits, contents)
            for update in updates:
                decoder.update(*update)
            value = decoder.value(node)
            decoder.finish(fill)
            self._commit(decoder, value)
            self.foreign.release(released)
            for number in forgotten:
                self._remove(number)
        except (WireError, CannotSend, TimeoutError):
            raise
        except Exception as error:  # whatever a message made of arbitrary bytes can provoke
            raise WireError(f"a message makes no sense ({type(error).__name__})") from None
        self._forget_idle()
        return value

    # What wire.Encoder and Decoder ask.

    def number(self, value):
        return self.numbers.get(id(value))

    def object(self, number):
        return self.entries[number].object

    def in_c_order(self, array):
        number = self.numbers.get(id(array))
        return number is not None and bool(self.entries[number].in_c_order)

    def next_number(self):
        self.following += 2
        return self.following - 2

    def may_introduce(self, number):
        """Whether the other side may give an object of its own this number."""
        return number % 2 != self.parity and number not in self.entries

    def _update(self, encoder, number):
        entry = self.entries[number]
        if not entry.changed():
            return
        try:
            yield number, *encoder.state(entry.object)
        except CannotSend:  # it holds now what cannot be sent: reported once, not for ever
            self._remove(number)
            self.forgotten.append(number)
            raise

    def _commit(self, decoder, value):
        for number in decoder.changed:
            self.entries[number].shadow = snapshot(self.entries[number].object)
        if len(self.entries) + len(decoder.fresh) > self.limits.objects:
            raise WireError("more objects are in use than allowed")
        for number, (fresh, in_c_order) in decoder.fresh.items():
            self._enter(number, fresh, in_c_order)
        changed = [self.object(number) for number in decoder.changed]
        if decoder.shared or any(isinstance(value, CONTAINERS) for value in changed):
            measure([value, *changed], self.limits)

    def _enter(self, number, value, in_c_order):
        self.entries[number] = Entry(value, in_c_order)
        self.numbers[id(value)] = number

    def _remove(self, number):
        entry = self.entries.pop(number, None)
        if entry is not None:
            self.numbers.pop(id(entry.object), None)

    def _forget_idle(self):
        """Right after a message all is in step, so what nobody here uses has nothing to tell."""
        idle = [number for number, entry in self.entries.items() if entry.idle()]
        for number in idle:
            self._remove(number)
        self.forgotten += idle


def snapshot(value):
    """What a later state of an object is compared with."""
    if isinstance(value, np.ndarray):
        return value.copy(), value.flags.writeable
    if isinstance(value, np.random.Generator):
        return generators.freeze(value)
    return tuple(value), tuple(value.values()) if isinstance(value, dict) else ()


def unchanged(value, shadow):
    """Bit by bit for arrays, NaN included; part by part for the others: the very same parts."""
    if isinstance(value, np.ndarray):
        before, writeable = shadow
        return value.flags.writeable == writeable and same_bits(value, before)
    if isinstance(value, np.random.Generator):
        return generators.freeze(value) == shadow
    keys, values = shadow
    if len(keys) != len(value) or not all(map(is_, value, keys)):
        return False
    return not isinstance(value, dict) or all(map(is_, value.values(), values))


def same_bits(one, other):
    """Whether two arrays hold the same: -0.0 is not 0.0, NaN is NaN."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind == "f" and one.dtype.itemsize in (2, 4, 8):
        bits = f"u{one.dtype.itemsize}"
        return np.array_equal(one.view(bits), other.view(bits))
    return np.array_equal(one, other, equal_nan=one.dtype.kind in "fc")


def measure(roots, limits):
    """Refuse data that is small as a message but without end, or huge, for who walks through it."""
    sizes = {}  # id -> (values, depth), None while being measured
    alive = []  # so that no id is given twice

    def size(value):
        if isinstance(value, dict):
            parts = [*value, *value.values()]
        elif isinstance(value, list | tuple | set | frozenset):
            parts = value
        else:
            return 1, 0
        if id(value) not in sizes:
            sizes[id(value)] = None
            alive.append(value)
            measured = [size(part) for part in parts]
            total = 1 + sum(count for count, _ in measured)
            deepest = 1 + max((depth for _, depth in measured), default=0)
            if total > limits.elements or deepest > limits.depth:
                raise WireError("data is larger or deeper than allowed")
            sizes[id(value)] = total, deepest
        if sizes[id(value)] is None:
            raise WireError("data contains itself")
        return sizes[id(value)]

    for root in roots:
        size(root)


ALONE = 0
_probe = Entry([])
ALONE = sys.getrefcount(_probe.object)
