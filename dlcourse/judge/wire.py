"""Plain data to messages and back: what may cross between the student's process and the judge.

A message is a tree of msgpack values. None, bools, numbers, strings and bytes stand for themselves,
everything else is a tuple that begins with a tag. Arrays put their contents behind the header.
Nothing is ever pickled, and what arrives is made of exact builtin and numpy types only.

Objects that can change (lists, dicts, sets, arrays, Generators) carry a number, by which both sides
know them from then on (replicas.py). What is no data travels as a number too (handles.py).
"""

import math
import re
from collections import deque

import msgpack
import numpy as np

from dlcourse.judge import generators
from dlcourse.judge.channel import CannotSend, WireError

ATOMS = frozenset({type(None), bool, float, str, bytes})
LISTABLE = ATOMS | {int}
(BIG, TUPLE, LIST, DICT, SET, FROZENSET, RANGE, SLICE, COMPLEX, SCALAR, ARRAY, VIEW, GENERATOR,
 KNOWN, HANDLE, CALLBACK) = range(16)  # fmt: skip
DTYPE = re.compile(r"[<>|](b1|[iu][1248]|f(2|4|8|16)|c(8|16|32)|[US]\d{1,7})")
MAX_INT = 512  # bytes: longer ones make arithmetic slow


def pack(node):
    """The bytes of a tree of nodes."""
    return msgpack.packb(node, unicode_errors="surrogatepass")


def unpack(data):
    """The tree of nodes in some bytes; WireError where they hold no such thing."""
    try:
        return msgpack.unpackb(
            data,
            use_list=False,
            unicode_errors="surrogatepass",
            max_map_len=0,
            max_ext_len=0,
            ext_hook=_no_extension,
        )
    except Exception:  # msgpack has many ways to say that these bytes are not msgpack
        raise WireError("a message is not readable") from None


def _no_extension(code, data):
    raise WireError("a message is not readable")


class Encoder:
    """The nodes of the values of one message.

    `book.number(value)` knows the objects that crossed before, `book.next_number()` numbers new
    ones, `foreign.export(value)` gives the node of what is no data.
    """

    def __init__(self, book, foreign, limits):
        self.book, self.foreign, self.limits = book, foreign, limits
        self.fresh = {}  # id -> (number, object, in C order on both sides; None for a view)
        self.contents, self.elements, self.bytes = [], 0, 0

    def node(self, value, depth=0):
        kind = type(value)
        self.count(1)
        if kind in ATOMS:
            return value
        if kind is int:
            return value if -(2**63) <= value < 2**64 else self._big(value)
        if depth > self.limits.depth:
            raise CannotSend("data that is nested too deeply (or contains itself) cannot be sent")
        encode = ENCODERS.get(kind)
        return encode(self, value, depth + 1) if encode else self._other(value, depth)

    def state(self, value, depth=0):
        """(tag, ...) of what an object that can change holds now."""
        if isinstance(value, np.ndarray):
            return (ARRAY, *self._array_state(value))
        if isinstance(value, np.random.Generator):
            return GENERATOR, *self._items(generators.freeze(value), depth)
        if isinstance(value, dict):
            self._check_keys(value)
            return DICT, self._items(value, depth), self._items(value.values(), depth)
        if isinstance(value, set):
            self._check_keys(value)
            return SET, self._items(value, depth)
        return LIST, self._items(value, depth)

    def count(self, more):
        self.elements += more
        if self.elements > self.limits.elements:
            raise CannotSend(f"more than {self.limits.elements:,} values at a time cannot be sent")

    def _items(self, values, depth):
        if ATOMS.issuperset(map(type, values)):
            self.count(len(values))
            return tuple(values)
        return tuple([self.node(value, depth) for value in values])

    def _big(self, value):
        size = value.bit_length() // 8 + 1
        if size > MAX_INT:
            raise CannotSend(f"an int of more than {8 * MAX_INT} bits cannot be sent")
        return BIG, value.to_bytes(size, "little", signed=True)

    def _changeable(self, value, depth):
        number = self._known(value)
        if number is not None:
            return KNOWN, number
        number = self.book.next_number()
        self.fresh[id(value)] = number, value, False
        tag, *state = self.state(value, depth)
        return tag, number, *state

    def _array(self, value, depth):
        number = self._known(value)
        if number is not None:
            return KNOWN, number
        number = self.book.next_number()
        base = value.base if type(value.base) is np.ndarray else None
        if base is not None and self._in_c_order(base):
            self.fresh[id(value)] = number, value, None
            start = address(value) - address(base)
            return (VIEW, number, self._known(base), *self._form(value), value.strides, start,
                    value.flags.writeable)  # fmt: skip
        self.fresh[id(value)] = number, value, value.flags.c_contiguous
        return ARRAY, number, *self._array_state(value)

    def _array_state(self, value):
        form = self._form(value)
        self.bytes += value.nbytes
        if self.bytes > self.limits.contents:
            raise CannotSend(f"arrays of more than {self.limits.contents >> 20} MB cannot be sent")
        self.contents.append(value)
        return *form, value.flags.writeable, value.flags.c_contiguous

    def _form(self, value):
        if not DTYPE.fullmatch(value.dtype.str):
            raise CannotSend(f"an array of dtype {value.dtype} cannot be sent")
        return value.dtype.str, value.shape

    def _known(self, value):
        if id(value) in self.fresh:
            return self.fresh[id(value)][0]
        return self.book.number(value)

    def _in_c_order(self, base):
        if id(base) in self.fresh:
            return self.fresh[id(base)][2]
        return self.book.in_c_order(base)

    def _check_keys(self, keys):
        if len(keys) > self.limits.keys:
            raise CannotSend(f"more than {self.limits.keys:,} keys at a time cannot be sent")
        if not all(map(is_key, keys)):
            raise CannotSend("a dict or set whose keys are not numbers or strings cannot be sent")

    def _frozenset(self, value, depth):
        self._check_keys(value)
        return FROZENSET, self._items(value, depth)

    def _range(self, value, depth):
        self.count(len(value))
        return RANGE, value.start, value.stop, value.step

    def _slice(self, value, depth):
        return SLICE, *self._items((value.start, value.stop, value.step), depth)

    def _scalar(self, value, depth):
        if not DTYPE.fullmatch(value.dtype.str):
            raise CannotSend(f"a numpy scalar of dtype {value.dtype} cannot be sent")
        return SCALAR, value.dtype.str, value.tobytes()

    def _other(self, value, depth):
        """Subclasses travel as what they are made of; what is no data, the other room decides."""
        if isinstance(value, np.generic):
            return self._scalar(value, depth)
        for base in (np.ma.MaskedArray, np.matrix, np.ndarray):
            if isinstance(value, base):
                raise CannotSend(f"a {type(value).__name__} cannot be sent: use a plain array")
        if isinstance(value, np.random.RandomState):
            raise CannotSend("a RandomState cannot be sent: use np.random.default_rng")
        for base, plain in PLAIN.items():
            if isinstance(value, base):
                return self.node(plain(value), depth)
        for base in (list, dict, set, np.random.Generator):
            if isinstance(value, base):
                return self._changeable(value, depth + 1)
        return self.foreign.export(value)


ENCODERS = {
    tuple: lambda self, value, depth: (TUPLE, self._items(value, depth)),
    list: Encoder._changeable,
    dict: Encoder._changeable,
    set: Encoder._changeable,
    np.random.Generator: Encoder._changeable,
    np.ndarray: Encoder._array,
    frozenset: Encoder._frozenset,
    range: Encoder._range,
    slice: Encoder._slice,
    complex: lambda self, value, depth: (COMPLEX, value.real, value.imag),
}
PLAIN = {
    int: int.__pos__,
    float: float.__pos__,
    complex: complex.__pos__,
    str: str.__str__,
    deque: list,
    bytearray: bytes,
    bytes: lambda value: bytes.__getitem__(value, slice(None)),
    tuple: lambda value: tuple.__getitem__(value, slice(None)),
    frozenset: frozenset.copy,
}


def is_key(value):
    """Whether a value may be a dict's key: long ints are not, for many of them have one hash."""
    kind = type(value)
    if kind is tuple:
        return all(map(is_key, value))
    if kind is int:
        return -(2**63) <= value < 2**64
    return kind in ATOMS or isinstance(value, np.generic)


def address(array):
    """Where the first element of an array lies in memory."""
    return array.__array_interface__["data"][0]


def room_for(shape, dtype, most):
    """A shape as it arrived, checked: arrays made from it, or from parts of it, stay small."""
    if type(shape) is not tuple or len(shape) > 32:
        raise WireError("not the shape of an array")
    if not all(type(size) is int and size >= 0 for size in shape):
        raise WireError("not the shape of an array")
    if max(1, dtype.itemsize) * math.prod(size or 1 for size in shape) > most:
        raise WireError("an array is larger than allowed")
    return shape
