"""Frames on a stream socket: a header, then the raw contents of arrays; every wait has a deadline.

A frame is 12 bytes (length of the header, length of the contents), the header, the contents. What
the other side sends is believed in nothing: lengths are capped before memory is taken.
"""

import struct
import time
from dataclasses import dataclass

import numpy as np

PREFIX = struct.Struct("<IQ")
SMALL = 65_536  # contents below this many bytes are sent together with the header


class WireError(Exception):
    """The other side sent something that is no message, or stopped in the middle of one."""


class CannotSend(TypeError):
    """A value that is not plain data, or too much of it: its text says which and why."""


class Closed(WireError):
    """The other side closed the connection: its process has ended."""


@dataclass(frozen=True)
class MessageLimits:
    """How much one message, and one conversation, may hold."""

    header: int = 8 << 20  # bytes
    contents: int = 64 << 20  # bytes of arrays
    elements: int = 500_000  # values in lists, tuples, dicts, sets
    depth: int = 40
    keys: int = 10_000  # of one dict or set: equal hashes make them slow to build
    objects: int = 50_000  # mutable objects that both sides hold


LIMITS = MessageLimits()


class Channel:
    """One end of the connection. `late()` is called when the deadline passes: it sets a new one, or
    raises.
    """

    def __init__(self, sock, limits=LIMITS):
        self.sock, self.limits = sock, limits
        self.deadline = None  # time.monotonic() seconds
        self.late = self._too_late
        self.ahead = b""  # received, and not yet asked for
        self.allowance = None  # bytes that may still come, over all messages; None for any number

    def send(self, header, contents):
        """One frame; `contents` are arrays."""
        parts = [as_bytes(array) for array in contents]
        start = bytearray(PREFIX.pack(len(header), sum(part.nbytes for part in parts)))
        start += header
        for part in parts:
            if part.nbytes < SMALL:
                start += part.data
            else:
                self._send_all(start)
                self._send_all(part.data)
                start = bytearray()
        self._send_all(start)

    def receive(self):
        """The next frame's header, and how many bytes of contents follow it."""
        header, contents = PREFIX.unpack(self._take(PREFIX.size))
        if header > self.limits.header or contents > self.limits.contents:
            raise WireError("a message is larger than allowed")
        if self.allowance is not None:
            self.allowance -= PREFIX.size + header + contents
            if self.allowance < 0:
                raise WireError("more data came in one cell than allowed")
        return self._take(header), contents

    def fill(self, array):
        """Receive the contents of a C-contiguous, writeable array."""
        rest = memoryview(as_bytes(array))
        if ready := self.ahead[: len(rest)]:
            rest[: len(ready)] = ready
            self.ahead, rest = self.ahead[len(ready) :], rest[len(ready) :]
        while len(rest):
            received = self._patiently(self.sock.recv_into, rest)
            if not received:
                raise Closed("the connection ended in the middle of a message")
            rest = rest[received:]

    def _take(self, size):
        if len(self.ahead) < size:
            parts, missing = [self.ahead], size - len(self.ahead)
            while missing > 0:
                part = self._patiently(self.sock.recv, max(SMALL, missing))
                if not part:
                    raise Closed("the connection has ended")
                parts.append(part)
                missing -= len(part)
            self.ahead = b"".join(parts)
        taken, self.ahead = self.ahead[:size], self.ahead[size:]
        return taken

    def _send_all(self, data):
        rest = memoryview(data)
        while len(rest):
            rest = rest[self._patiently(self.sock.send, rest) :]

    def _patiently(self, act, argument):
        """A socket call, tried until it moves something or the deadline is final."""
        while True:
            try:
                self.sock.settimeout(self._remaining())
                return act(argument)
            except TimeoutError:
                continue
            except OSError as error:
                raise Closed(f"the connection is broken: {error.strerror}") from None

    def _remaining(self):
        if self.deadline is None:
            return None
        while (remaining := self.deadline - time.monotonic()) <= 0:
            self.late()
        return remaining

    def _too_late(self):
        raise WireError("no answer in time")


def as_bytes(array):
    """The array's contents in C order as bytes (uint8), without a copy where it is contiguous."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)
