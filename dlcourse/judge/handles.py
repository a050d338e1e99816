"""What is no data stays where it is and travels as a number: functions, instances, iterators."""

import weakref

from dlcourse.judge.channel import CannotSend


class Exports:
    """One side's own objects that the other side knows by number, until it lets them go."""

    def __init__(self, limit=100_000):
        self.objects, self.numbers = {}, {}
        self.following, self.limit = 0, limit

    def number(self, value):
        if id(value) not in self.numbers:
            if len(self.objects) >= self.limit:
                raise CannotSend("too many objects are held by the other side")
            self.objects[self.following] = value
            self.numbers[id(value)] = self.following
            self.following += 1
        return self.numbers[id(value)]

    def object(self, number):
        return self.objects[number]

    def release(self, numbers):
        for number in numbers:
            value = self.objects.pop(number, None)
            self.numbers.pop(id(value), None)


class Imports:
    """Stand-ins for the other side's objects: one per number, for as long as it is used here."""

    def __init__(self):
        self.stand_ins = weakref.WeakValueDictionary()
        self.gone = set()  # numbers of stand-ins that are no longer used, still to be told

    def get(self, number, make):
        if type(number) is not int or number < 0:
            raise ValueError("not the number of an object")
        stand_in = self.stand_ins.get(number)
        if stand_in is None:
            stand_in = self.stand_ins[number] = make()
            weakref.finalize(stand_in, self.gone.add, number).atexit = False
        self.gone.discard(number)
        return stand_in
