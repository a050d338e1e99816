"""What crosses between judge and student: exactly the data, and never anything else."""

import collections
import contextlib
import socket
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from dlcourse.judge import generators, wire
from dlcourse.judge.channel import CannotSend, Channel, Closed, MessageLimits, WireError
from dlcourse.judge.replicas import Replicas, same_bits


class Nothing:
    """A foreign side without functions or other handles."""

    def export(self, value):
        raise CannotSend(f"a {type(value).__name__} cannot be sent")

    def handle(self, *parts):
        raise WireError("no handles here")

    callback = handle

    def released(self):
        return ()

    def told(self):
        pass

    def release(self, numbers):
        pass


class Pair:
    """Two tables, each other's counterpart, and messages between them without a socket."""

    def __init__(self, **limits):
        limits = MessageLimits(**limits)
        self.judge, self.student = (Replicas(Nothing(), first, limits) for first in (0, 1))

    def to_student(self, value):
        return carried(self.judge, self.student, value)

    def to_judge(self, value):
        return carried(self.student, self.judge, value)


def carried(sender, receiver, value):
    header, contents = sender.encode(value)
    return receiver.decode(header, *as_received(contents))


def as_received(contents):
    data = b"".join(array.tobytes() for array in contents)
    position = 0

    def fill(array):
        nonlocal position
        chunk = np.frombuffer(data, np.uint8, array.nbytes, position)
        position += array.nbytes
        array.reshape(-1).view(np.uint8)[:] = chunk

    return len(data), fill


def same(one, other):
    """The same in type, value and structure; NaN is NaN."""
    if type(one) is not type(other):
        return False
    if isinstance(one, np.ndarray):
        return one.flags.writeable == other.flags.writeable and same_bits(one, other)
    if isinstance(one, np.random.Generator):
        return generators.freeze(one) == generators.freeze(other)
    if isinstance(one, np.generic):
        return one.dtype == other.dtype and one.tobytes() == other.tobytes()
    if isinstance(one, dict):
        return same(list(one.items()), list(other.items()))
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other) if isinstance(one, float | complex) else one == other


DTYPES = st.sampled_from(
    ["b1", "i1", "i2", "i4", "i8", "u1", "u8", "f2", "f4", "f8", "c16", "U3", "S2", ">f8"]
)
ARRAYS = DTYPES.flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0, min_side=0)))
NUMBERS = st.integers(-(2**200), 2**200) | st.floats() | st.complex_numbers()
SCALARS = st.none() | st.booleans() | NUMBERS | st.text() | st.binary()
NUMPY = DTYPES.flatmap(lambda dtype: arrays(dtype, ()).map(lambda array: array[()]))
OTHERS = (
    st.builds(range, st.integers(-9, 9), st.integers(-99, 99), st.integers(1, 9))
    | st.builds(slice, st.none() | st.integers(), st.none() | st.integers(-5, 5))
    | st.integers(0, 2**40).map(np.random.default_rng)
)
KEYS = (
    st.integers(-(2**63), 2**63)
    | st.text()
    | st.booleans()
    | st.tuples(st.text(), st.integers(0, 9))
)
VALUES = st.recursive(
    SCALARS | NUMPY | ARRAYS | OTHERS | st.sets(KEYS) | st.frozensets(KEYS),
    lambda inner: (
        st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_data_arrives_as_it_left(value):
    assert same(Pair().to_student(value), value)


@given(VALUES)
def test_data_comes_back_as_the_very_same_objects(value):
    pair = Pair()
    there = pair.to_student([value])
    back = pair.to_judge(there)
    assert len(back) == 1
    if isinstance(value, list | dict | set | np.ndarray | np.random.Generator):
        assert back[0] is value


@settings(max_examples=500)
@given(st.binary(max_size=200), st.integers(0, 50))
def test_arbitrary_bytes_are_a_wire_error(data, contents):
    with pytest.raises(WireError):
        Pair().judge.decode(data, contents, lambda array: None)


def trees():
    numbers = st.integers(-1, 20) | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.booleans()
    leaf = (
        numbers | st.binary(max_size=8) | st.sampled_from(["<f8", "|b1", "|O", "<U2", "PCG64", ""])
    )
    return st.recursive(leaf, lambda inner: st.lists(inner, max_size=6).map(tuple), max_leaves=20)


@settings(max_examples=1500)
@given(trees(), trees(), st.integers(0, 100))
def test_a_message_of_the_right_form_with_anything_in_it_is_data_or_a_wire_error(
    node, update, size
):
    judge = Pair().judge
    known = [np.zeros(3), [1.0], {"a": 1}, np.random.default_rng(0)]
    judge.encode(known)
    header = wire.pack(((), (), (update,) if update else (), node))
    with contextlib.suppress(WireError):
        judge.decode(header, size, lambda array: array.reshape(-1).view(np.uint8).fill(1))


@given(VALUES, st.data())
def test_a_damaged_message_is_data_or_a_wire_error(value, data):
    header, contents = Pair().judge.encode(value)
    position = data.draw(st.integers(0, len(header) - 1))
    damaged = bytearray(header)
    damaged[position] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(WireError):
        Pair().student.decode(bytes(damaged), *as_received(contents))


class Odd(np.ndarray):
    pass


REFUSED = {
    "matrix": np.asmatrix(np.eye(2)),
    "MaskedArray": np.ma.masked_array([1.0, 2.0], [True, False]),
    "Odd": np.zeros(2).view(Odd),
    "dtype object": np.array([None, 1]),
    "dtype [(": np.zeros(2, [("a", "f8")]),
    "dtype datetime": np.zeros(2, "M8[s]"),
    "RandomState": np.random.RandomState(0),
    "bits": 1 << 10_000,
    "keys": {object: 1},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_plain_data_is_refused_by_name(name):
    for value in (REFUSED[name], [1, (REFUSED[name],)]):
        with pytest.raises(TypeError, match=name.replace("[(", r"\[\(")):
            Pair().to_student(value)


def test_subclasses_travel_as_what_they_are_made_of():
    point = collections.namedtuple("point", "x y")
    values = [
        (point(1, 2.0), (1, 2.0)),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (type("Number", (float,), {})(1.5), 1.5),
        (type("Name", (str,), {})("a"), "a"),
        (type("Names", (list,), {})("ab"), ["a", "b"]),
        (collections.deque([1, 2]), [1, 2]),
    ]
    for value, plain in values:
        assert same(Pair().to_judge(value), plain)


def test_limits_hold_for_the_sender_and_for_the_receiver():
    deep = []
    for _ in range(100):
        deep = [deep]
    circle = []
    circle.append(circle)
    for value, limits in (
        ([0] * 2000, {"elements": 1000}),
        ([[0] * 100] * 20 + [list(range(100)) for _ in range(20)], {"elements": 1000}),
        (np.zeros(2000), {"contents": 8000}),
        ("a" * 2000, {"header": 1000}),
        ({i: i for i in range(2000)}, {"keys": 1000}),
        ([[] for _ in range(2000)], {"objects": 1000}),
        (range(10**9), {}),
        (deep, {}),
    ):
        with pytest.raises(CannotSend):
            Pair(**limits).to_student(value)
        if "header" not in limits:
            header, contents = Replicas(
                Nothing(), 0, MessageLimits(elements=10**12, depth=500)
            ).encode(value)
            with pytest.raises(WireError):
                Pair(**limits).student.decode(header, *as_received(contents))


def test_small_messages_that_unfold_without_end_are_refused():
    pair = Pair()
    ours = [[], []]
    theirs = pair.to_student(ours)
    theirs[0].append(theirs[1])
    theirs[1].append(theirs[0])
    with pytest.raises(WireError, match="contains itself"):
        pair.to_judge(None)
    pair, doubled = Pair(), [0]
    for _ in range(30):
        doubled = [doubled, doubled]
    with pytest.raises(WireError, match="larger"):
        pair.to_judge(doubled)
    base = np.zeros(8)
    endless = np.lib.stride_tricks.as_strided(base, (10**5, 10**5), (0, 0))
    with pytest.raises((WireError, CannotSend)):
        pair = Pair()
        pair.to_judge([base, endless])


# Replicas: objects that both sides know.


def test_aliases_stay_aliases_in_one_message_and_over_many():
    pair = Pair()
    x = np.arange(3.0)
    a, b, (c, d) = pair.to_student((x, x, [x, {"x": x}]))
    assert a is b is c is d["x"]
    assert pair.to_student(x) is a
    a[0] = 9
    assert pair.to_judge({"back": a})["back"] is x
    assert x[0] == 9


def test_only_what_changed_is_sent():
    pair = Pair()
    x, y = np.zeros(100_000), np.zeros(100_000)
    there = pair.to_student([x, y])
    assert sum(a.nbytes for a in pair.student.encode(there)[1]) == 0
    there[0][5] = np.nan
    header, contents = pair.student.encode(None)
    assert [a.nbytes for a in contents] == [x.nbytes]
    assert len(header) < 100
    pair.judge.decode(header, *as_received(contents))
    assert np.isnan(x[5])
    assert pair.student.encode(None)[1] == []  # NaN is NaN: not sent again
    x[5] = -0.0
    assert [a.nbytes for a in pair.judge.encode(None)[1]] == [x.nbytes]


def test_changes_in_place_reach_the_other_side_both_ways():
    pair = Pair()
    rng, numbers, names, words = np.random.default_rng(3), [1, 2], {"a": [0]}, {"x"}
    fortran = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    theirs = pair.to_student((rng, numbers, names, words, fortran))
    theirs[0].normal(size=3)
    theirs[0].spawn(2)
    theirs[1].append([7])
    theirs[2]["b"] = theirs[1]
    theirs[2]["a"][0] = 1
    theirs[3].add("y")
    theirs[4][1, 2] = 50
    pair.to_judge(None)
    assert numbers == [1, 2, [7]] and names == {"a": [1], "b": numbers} and words == {"x", "y"}
    assert names["b"] is numbers and fortran[1, 2] == 50
    assert rng.normal() == theirs[0].normal()
    assert rng.spawn(1)[0].normal() == theirs[0].spawn(1)[0].normal()
    fortran += 1
    numbers.clear()
    pair.to_student(None)
    assert theirs[1] == [] and np.array_equal(theirs[4], fortran)


@pytest.mark.parametrize("kind", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_every_kind_of_generator_draws_on_as_it_would_have(kind):
    rng = np.random.Generator(getattr(np.random, kind)(np.random.SeedSequence([1, 2])))
    rng.integers(0, 9, size=3, dtype=np.int32)
    pair = Pair()
    there = pair.to_student(rng)
    assert there.spawn(1)[0].normal() == rng.spawn(1)[0].normal()
    there.normal(size=7)
    pair.to_judge(None)
    assert np.array_equal(there.integers(0, 99, 5), rng.integers(0, 99, 5))


def test_views_of_known_arrays_are_views_and_hide_what_is_not_shown():
    pair = Pair()
    x = np.arange(12.0).reshape(3, 4)
    there = pair.to_student(x)
    parts = pair.to_judge((there[1:, ::-2], there.T, there))
    assert np.array_equal(parts[0], x[1:, ::-2]) and np.shares_memory(parts[0], x)
    assert np.array_equal(parts[1], x.T) and parts[2] is x
    parts[0][0, 0] = 99
    pair.to_student(None)
    assert there[1, 3] == 99
    secret = np.arange(1000.0)
    _, contents = pair.judge.encode(secret[:2])
    assert sum(a.nbytes for a in contents) == 16


def test_read_only_arrays_are_read_only_there():
    pair = Pair()
    x = np.zeros(3)
    x.flags.writeable = False
    there = pair.to_student((x, np.broadcast_to(1.0, (2, 2))))
    for array in there:
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    x.flags.writeable = True
    pair.to_student(None)
    there[0][0] = 1
    pair.to_judge(None)
    assert x[0] == 1


def test_a_shape_changed_in_place_crosses():
    pair = Pair()
    x = np.arange(4.0)
    there = pair.to_student(x)
    there.shape = (2, 2)
    pair.to_judge(None)
    assert x.shape == (2, 2)


def test_what_can_no_longer_be_sent_is_said_once():
    pair = Pair()
    numbers = [1]
    there = pair.to_student(numbers)
    there.append(np.asmatrix([1.0]))
    with pytest.raises(CannotSend, match="matrix"):
        pair.to_judge(None)
    assert pair.to_judge(1) == 1


def test_a_failed_message_leaves_no_trace():
    pair = Pair()
    x = np.zeros(2)
    with pytest.raises(CannotSend):
        pair.to_student([x, object()])
    there = pair.to_student(x)
    there[0] = 5
    pair.to_judge(None)
    assert x[0] == 5


def test_nothing_is_kept_over_many_calls():
    pair = Pair()
    kept = np.zeros(2)
    theirs = pair.to_student(kept)
    for i in range(2000):
        result = pair.to_judge([pair.to_student((np.full(3, i), kept)), {"a": np.zeros(2)}])
        assert result[0][1] is kept
        del result
    pair.to_student(None)
    pair.to_judge(None)
    pair.to_student(None)
    assert len(pair.judge.entries) <= 2 and len(pair.student.entries) <= 2
    assert theirs is pair.to_student(kept)


def test_the_student_cannot_take_numbers_that_are_not_its_to_give():
    for number in (0, 2, -2, 0.5, True, "a", None):
        header = wire.pack(((), (), (), (wire.LIST, number, ())))
        if number is True:
            continue  # 1 is the student's
        with pytest.raises(WireError):
            Pair().judge.decode(header, 0, None)


SEEDS = (wire.TUPLE, (1, (wire.TUPLE, ()), 4, 0))


@pytest.mark.parametrize(
    "node",
    [
        (wire.ARRAY, 1, "|O", (1,), True, True),
        (wire.ARRAY, 1, "<f8", (10**9,), True, True),
        (wire.ARRAY, 1, "<f8", (0, 10**15), True, True),
        (wire.ARRAY, 1, "<U9999999", (100,), True, True),
        (wire.ARRAY, 1, "<f8", (-1,), True, True),
        (wire.ARRAY, 1, "<f8", (2**62, 2**62), True, True),
        (wire.VIEW, 1, 0, "<f8", (4,), (8,), 0, True),
        (wire.VIEW, 1, 0, "<f8", (3,), (8,), -8, True),
        (wire.VIEW, 1, 0, "<f8", (10**9,), (0,), 0, True),
        (wire.SCALAR, "|b1", b"\x02"),
        (wire.SCALAR, "<U1", b"\xff\xff\xff\x7f"),
        (wire.GENERATOR, 1, "MT19937", (wire.TUPLE, (b"\0" * 2496, 10**6)), SEEDS),
        (wire.GENERATOR, 1, "RandomState", (wire.TUPLE, ()), SEEDS),
        (wire.DICT, 1, ((wire.LIST, 3, ()),), (1,)),
        (wire.SET, 1, ((wire.BIG, b"\x01" * 100),)),
        (wire.RANGE, 0, 10**15, 1),
        (wire.RANGE, 0, 10, 0),
        (wire.KNOWN, 77),
        (99,),
        (),
        (wire.HANDLE, 5, "function", "f"),
    ],
)  # fmt: skip
def test_forged_values_are_refused(node):
    judge = Pair().judge
    known = np.zeros(3)
    judge.encode(known)
    with pytest.raises(WireError):
        judge.decode(wire.pack(((), (), (), node)), 0, None)


# The channel.


def test_large_and_small_contents_arrive():
    one, other = (Channel(end) for end in socket.socketpair())
    arrays_sent = [np.arange(5), np.random.default_rng(0).normal(size=300_000), np.eye(3)[:, ::2]]
    sending = threading.Thread(target=one.send, args=(b"header", arrays_sent))
    sending.start()
    header, size = other.receive()
    assert (header, size) == (b"header", sum(a.nbytes for a in arrays_sent))
    for sent in arrays_sent:
        room = np.empty(sent.shape, sent.dtype)
        other.fill(room)
        assert np.array_equal(room, sent)
    sending.join()


def test_a_wait_ends_at_the_deadline_and_at_the_end_of_the_connection():
    ours, theirs = socket.socketpair()
    channel = Channel(ours)
    for said in (b"", b"\x05", b"\x05\0\0\0\0\0\0\0\0\0\0\0ab"):
        theirs.send(said)
        channel.deadline = time.monotonic() + 0.05
        with pytest.raises(WireError, match="in time"):
            channel.receive()
        channel.ahead = b""
    channel.deadline = time.monotonic() + 0.05
    with pytest.raises(WireError, match="in time"):
        channel.send(b"", [np.zeros(10**6)])  # nobody reads
    theirs.close()
    channel.deadline = None
    with pytest.raises(Closed):
        channel.receive()


def test_lengths_are_capped_before_memory_is_taken():
    ours, theirs = socket.socketpair()
    theirs.send(b"\xff" * 12)
    with pytest.raises(WireError, match="larger than allowed"):
        Channel(ours).receive()
