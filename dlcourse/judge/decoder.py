"""Messages to plain data: the counterpart of wire.Encoder, which believes nothing."""

import warnings

import numpy as np

from dlcourse.judge import generators, wire
from dlcourse.judge.channel import WireError


class Decoder:
    """The values of one message. Objects it makes or changes are complete after `finish`."""

    def __init__(self, book, foreign, limits, contents):
        self.book, self.foreign, self.limits = book, foreign, limits
        self.bytes = contents  # what is announced to follow the header
        self.fresh = {}  # number -> (object, in C order on both sides; None for a view)
        self.viewable = limits.contents  # bytes that views may show, however little lies behind
        self.changed = []  # numbers of objects that this message updates
        self.arrays, self.afterwards, self.elements = [], [], 0
        self.shared = False  # whether a container appears in more than one place

    def value(self, node, depth=0):
        kind = type(node)
        self._count(1)
        if kind in wire.LISTABLE:
            return node
        if kind is not tuple or depth > self.limits.depth:
            raise WireError("a message holds what is no value")
        tag, *parts = node
        return DECODERS[tag](self, depth + 1, *parts)

    def update(self, number, tag, *state):
        """Bring an object that both sides know up to date, in place."""
        target = self.book.object(number)
        self.changed.append(number)
        if tag == wire.ARRAY and type(target) is np.ndarray:
            self._update_array(target, *state)
        elif tag == wire.GENERATOR and isinstance(target, np.random.Generator):
            generators.refresh(target, *self._items(state, 0))
        elif tag == wire.LIST and isinstance(target, list):
            target[:] = self._items(*state, 0)
        elif tag == wire.DICT and isinstance(target, dict):
            pairs = self._pairs(*state, 0)
            target.clear()
            target.update(pairs)
        elif tag == wire.SET and isinstance(target, set):
            items = self._keys(*state, 0)
            target.clear()
            target.update(items)
        else:
            raise WireError("an update does not fit its object")

    def finish(self, fill):
        """Receive the arrays' contents by `fill(array)`, then do what had to wait for them."""
        if self.bytes:
            raise WireError("the contents of arrays are missing")
        for array in self.arrays:
            if array.size:
                fill(array)
                _check_contents(array)
        for act in self.afterwards:
            act()

    def _count(self, more):
        self.elements += more
        if self.elements > self.limits.elements:
            raise WireError("a message holds more values than allowed")

    def _items(self, nodes, depth):
        if wire.LISTABLE.issuperset(map(type, nodes)):
            self._count(len(nodes))
            return nodes
        return [self.value(node, depth) for node in nodes]

    def _keys(self, nodes, depth):
        keys = self._items(nodes, depth)
        if len(keys) > self.limits.keys or not all(map(wire.is_key, keys)):
            raise WireError("not the keys of a dict or set")
        return keys

    def _pairs(self, keys, values, depth):
        return dict(zip(self._keys(keys, depth), self._items(values, depth), strict=True))

    def _new(self, number, value, in_c_order=False):
        if type(number) is not int or number in self.fresh or not self.book.may_introduce(number):
            raise WireError("a number that was not to be given")
        self.fresh[number] = value, in_c_order
        return value

    def _known(self, depth, number):
        value = self._object(number)
        self.shared |= isinstance(value, list | dict)
        return value

    def _object(self, number):
        if number in self.fresh:
            return self.fresh[number][0]
        return self.book.object(number)

    def _list(self, depth, number, items):
        value = self._new(number, [])
        value.extend(self._items(items, depth))
        return value

    def _dict(self, depth, number, keys, values):
        value = self._new(number, {})
        value.update(self._pairs(keys, values, depth))
        return value

    def _set(self, depth, number, items):
        return self._new(number, set(self._keys(items, depth)))

    def _range(self, depth, *bounds):
        value = range(*bounds)
        self._count(len(value))
        return value

    def _big(self, depth, data):
        if type(data) is not bytes or len(data) > wire.MAX_INT:
            raise WireError("a number is too long")
        return int.from_bytes(data, "little", signed=True)

    def _complex(self, depth, real, imag):
        if not type(real) is type(imag) is float:
            raise WireError("not a complex number")
        return complex(real, imag)

    def _scalar(self, depth, dtype, data):
        dtype = _dtype(dtype)
        if dtype.itemsize == 0:  # an empty text, of which numpy gives four bytes all the same
            return dtype.type()
        array = np.frombuffer(data, dtype)
        if type(data) is not bytes or array.shape != (1,):
            raise WireError("not a scalar")
        _check_contents(array)
        return array[0]

    def _generator(self, depth, number, *frozen):
        return self._new(number, generators.thaw(*self._items(frozen, depth)))

    def _array(self, depth, number, dtype, shape, writeable, in_c_order):
        value = self._room(dtype, shape)
        if not writeable:
            self.afterwards.append(lambda: value.setflags(write=False))
        return self._new(number, value, bool(in_c_order))

    def _room(self, dtype, shape):
        """A new array, its contents to be received later."""
        dtype = _dtype(dtype)
        value = np.empty(wire.room_for(shape, dtype, self.limits.contents), dtype)
        self._expect(value)
        return value

    def _expect(self, array):
        self.bytes -= array.nbytes
        if self.bytes < 0:
            raise WireError("an array has more contents than announced")
        self.arrays.append(array)

    def _view(self, depth, number, base, dtype, shape, strides, start, writeable):
        base, dtype = self._object(base), _dtype(dtype)
        if type(base) is not np.ndarray or not base.flags.c_contiguous:
            raise WireError("a view of what is no array")
        wire.room_for(shape, dtype, self.viewable)
        value = np.ndarray(shape, dtype, base, start, strides)  # numpy checks the bounds
        if not writeable:
            value.setflags(write=False)
        self.viewable -= value.nbytes
        return self._new(number, value, None)

    def _update_array(self, target, dtype, shape, writeable, in_c_order):
        if target.dtype != _dtype(dtype):
            raise WireError("an array has changed its dtype in place")
        if target.shape != shape:
            _reshape(target, wire.room_for(shape, target.dtype, self.limits.contents))
        target.setflags(write=True)
        if target.flags.c_contiguous:
            self._expect(target)
        else:
            contents = self._room(dtype, shape)
            self.afterwards.append(lambda: np.copyto(target, contents))
        self.afterwards.append(lambda: target.setflags(write=bool(writeable)))


DECODERS = {
    wire.BIG: Decoder._big,
    wire.TUPLE: lambda self, depth, items: tuple(self._items(items, depth)),
    wire.LIST: Decoder._list,
    wire.DICT: Decoder._dict,
    wire.SET: Decoder._set,
    wire.FROZENSET: lambda self, depth, items: frozenset(self._keys(items, depth)),
    wire.RANGE: Decoder._range,
    wire.SLICE: lambda self, depth, *bounds: slice(*self._items(bounds, depth)),
    wire.COMPLEX: Decoder._complex,
    wire.SCALAR: Decoder._scalar,
    wire.ARRAY: Decoder._array,
    wire.VIEW: Decoder._view,
    wire.GENERATOR: Decoder._generator,
    wire.KNOWN: Decoder._known,
    wire.HANDLE: lambda self, depth, *parts: self.foreign.handle(*parts),
    wire.CALLBACK: lambda self, depth, *parts: self.foreign.callback(*parts),
}


def _dtype(text):
    if type(text) is not str or not wire.DTYPE.fullmatch(text):
        raise WireError("not the dtype of an array")
    return np.dtype(text)


def _reshape(array, shape):
    """In place, as a student may have done it (numpy 2.5 advises against)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        array.shape = shape


def _check_contents(array):
    """Bytes that are no bool and numbers that are no character would surprise numpy later."""
    if array.dtype.kind == "b" and array.view(np.uint8).max() > 1:
        raise WireError("an array of bools holds something else")
    if array.dtype.kind == "U" and array.dtype.itemsize:
        letters = np.ascontiguousarray(array).reshape(-1).view(f"{array.dtype.str[0]}u4")
        if letters.max() > 0x10FFFF:
            raise WireError("an array of strings holds something else")
