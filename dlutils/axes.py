"""The little language in which `shapes` says what an array must look like.

"N D"      two axes; a name means the same size wherever it stands, in all arguments
"4H"       four times the size of H; a number alone is that size
"... D"    any axes in front, the same ones wherever ... stands first
"N ..."    any axes behind
"N! D"     N is not 0; "...!": none of these axes is
"N?"       N numbers, or a single one for all
""         a single number
"N <K"     whole numbers from 0 to K - 1
"N 0..1", "T T bool", "N D float"    numbers from 0 to 1, True and False, floats
"K K whole"    whole numbers
"... real"     floats or int64: numbers that may be negated, subtracted and squared

Where there are no axes, Python's own numbers will do; not for "float", whose functions ask for the
dtype.
"""

from inspect import Parameter

import numpy as np

from dlutils.rules import Rule

INTS, FLOATS = np.typecodes["AllInteger"], np.typecodes["Float"]
INT64 = "".join(char for char in INTS if np.dtype(char) == np.int64)
CONTENTS = {  # word: the dtypes and Python's numbers that are right, and what they are called
    "": ({"bool", "int", "float", "?", *INTS, *FLOATS}, "real numbers"),
    "<": ({"int", *INTS}, "whole numbers"),
    "0..1": ({"bool", "int", "float", "?", *INTS, *FLOATS}, "numbers"),
    "bool": ({"bool", "?"}, "True and False"),
    "float": ({*FLOATS}, "floats"),
    "whole": ({"int", *INTS}, "whole numbers"),
    "real": ({"int", "float", *INT64, *FLOATS}, "floats or int64"),
}
KINDS = {"b": "bools", "i": "ints", "u": "ints", "f": "floats", "c": "complex numbers"}
KINDS |= {"U": "texts", "S": "bytes", "O": "objects"}
CACHES = {"()", "[]"}  # what stands for an array in caches


def form(value):
    """What is checked of an argument: its shape and its dtype's character; None for None.

    In a cache, a tuple of ints stands for an array of that shape, a list of caches, as functions
    keep them for their gradients, for its length. What is no array at all has its type's name for a
    shape.
    """
    if type(value) is np.ndarray:  # nearly always, and a layer's speed depends on it
        return value.shape, value.dtype.char
    if isinstance(value, np.ndarray | np.generic):
        return value.shape, value.dtype.char
    if value is None or value is Parameter.empty:
        return None
    if isinstance(value, float | int):
        return (), "float" if isinstance(value, float) else _whole_kind(value)
    if isinstance(value, tuple) and all(isinstance(size, int) for size in value):
        return value, "()"
    if isinstance(value, list) and value and isinstance(value[0], tuple | dict):
        return (len(value),), "[]"
    return type(value).__name__, ""


def _whole_kind(value):
    return "bool" if isinstance(value, bool) else "int"


class Axes:
    """One specification, taken apart; `of_cache` where tuples and lists may stand for arrays."""

    def __init__(self, text, of_cache=False):
        self.of_cache = of_cache
        words = text.split()
        content = ""
        if words and (words[-1] in CONTENTS or words[-1][0] == "<"):
            content = words.pop()
        self.below = content[1:] if content[:1] == "<" else ""
        self.up_to_1 = content == "0..1"
        self.dtypes, self.called = CONTENTS[content[:1] if self.below else content]
        self.words = [word.rstrip("!?") for word in words]
        self.or_number = text.endswith("?")
        self.filled = [word[:-1] for word in words if word[-1] == "!"]

    def names(self):
        """The names of the axes, and of what limits the numbers."""
        return {_name(word) for word in [*self.words, self.below]}

    def complaint(self, form, sizes):
        """What an array must be and what it is, if it is not; sizes of new names go to `sizes`."""
        shape, dtype = form
        known = sizes.copy()
        if dtype in CACHES and not self.of_cache:
            shape = "tuple" if dtype == "()" else "list"
        if isinstance(shape, str):
            return "be an array" if self.words else "be a single number", f"a {shape}"
        if not self._fits(shape, sizes):
            return self._shape(known), f"shape {_tuple_of(shape)}"
        if dtype in self.dtypes or dtype in CACHES:
            return None
        if len(dtype) > 1:
            return f"be an array of {self.called}", f"{'an' if dtype == 'int' else 'a'} {dtype}"
        dtype = np.dtype(dtype)
        kind = KINDS.get(dtype.kind, dtype)
        return f"hold {self.called}", dtype if "int64" in self.called else kind

    def numbers(self, sizes):
        """The rule that the numbers follow, where a specification limits them; None elsewhere."""
        if not self.below and not self.up_to_1:
            return None
        high = sizes[self.below] - 1 if self.below else 1

        def are_whole(values):
            values = np.asarray(values)
            if not values.dtype.isnative:
                values = values.astype(values.dtype.newbyteorder("="))
            values = values.view(f"u{values.itemsize}")  # in which negative numbers are huge
            return values.size == 0 or values.max() <= high

        def are_within(values):
            return np.size(values) == 0 or (np.min(values) >= 0 and np.max(values) <= high)

        holds = are_whole if self.below else are_within
        return Rule(f"hold {self.called} from 0 to {high}", holds)

    def _fits(self, shape, sizes):
        words = self.words if shape or not self.or_number else []
        filled = "..." in self.filled
        if words[:1] == ["..."]:
            words, further = words[1:], max(0, len(shape) - len(words) + 1)
            front, shape = shape[:further], shape[further:]
            if sizes.setdefault("...", front) != front or (filled and 0 in front):
                return False
        elif words[-1:] == ["..."]:
            words = words[:-1]
            if filled and 0 in shape[len(words) :]:
                return False
            shape = shape[: len(words)]
        return (
            len(shape) == len(words)
            and all(_axis_fits(*pair, sizes) for pair in zip(shape, words, strict=True))
            and all(sizes[name] for name in self.filled if name != "...")
        )

    def _shape(self, sizes):
        """What is demanded of the shape, with the sizes that are known already."""
        if not self.words:
            return "be a single number"
        names = dict.fromkeys(map(_name, self.words))
        known = [f"{name} = {sizes[name]}" for name in names if name in sizes]
        known += [f"{name} at least 1" for name in self.filled if name not in sizes]
        return f"have shape {_tuple_of(self.words)}" + (
            f" with {', '.join(known)}" if known else ""
        )


def _tuple_of(items):
    return "(" + ", ".join(map(str, items)) + ("," if len(items) == 1 else "") + ")"


def _name(word):
    return word.lstrip("0123456789")


def _axis_fits(size, word, sizes):
    name = _name(word)
    factor = int(word[: len(word) - len(name)] or 1)
    return size == factor * (sizes.setdefault(name, size // factor) if name else 1)
