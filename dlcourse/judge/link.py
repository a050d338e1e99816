"""A conversation over a channel: each side asks, and while it waits, answers the other's questions.

A message is (kind, serial, content). The answer to a question bears its serial, and questions are
answered innermost first, as calls within calls are.
"""

from dlcourse.judge.channel import LIMITS, CannotSend, Channel, WireError
from dlcourse.judge.replicas import Replicas

ASK, ANSWER, RAISED, INTERRUPTED, UNSENDABLE = range(5)
MAX_DEPTH = 25  # questions within questions


class Link:
    """`answer(content)` -> (kind, content) answers what the other side asks."""

    def __init__(self, sock, foreign, first, answer, limits=LIMITS):
        self.channel = Channel(sock, limits)
        self.replicas = Replicas(foreign, first, limits)
        self.answer = answer
        self.serial = self.depth = 0

    def ask(self, content):
        """(kind, content) of the other side's answer."""
        if self.channel.ahead:
            raise WireError("an answer without a question")
        self.serial += 1
        serial = self.serial
        self.send(ASK, serial, content)
        del content  # or it would seem to be in use for as long as the answer takes
        while True:
            kind, number, content = self.receive()
            if kind == ASK:
                self.respond(number, content)
            elif number == serial and type(kind) is int:
                return kind, content
            else:
                raise WireError("an answer to another question")

    def serve(self):
        """Answer questions until the connection ends (Closed)."""
        while True:
            kind, number, content = self.receive()
            if kind != ASK:
                raise WireError("an answer without a question")
            self.respond(number, content)
            del content

    def respond(self, number, content):
        if self.depth >= MAX_DEPTH:
            raise WireError("calls within calls go too deep")
        self.depth += 1
        try:
            kind, content = self.answer(content)
        finally:
            self.depth -= 1
        while True:
            try:
                return self.send(kind, number, content)
            except CannotSend as error:  # perhaps one of several: what cannot be sent is dropped
                kind, content = UNSENDABLE, str(error)

    def send(self, kind, serial, content):
        self.channel.send(*self.replicas.encode((kind, serial, content)))

    def receive(self):
        header, contents = self.channel.receive()
        message = self.replicas.decode(header, contents, self.channel.fill)
        if type(message) is not tuple or len(message) != 3:
            raise WireError("a message holds no question and no answer")
        return message
