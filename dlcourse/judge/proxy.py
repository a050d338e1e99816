"""Stand-ins, on the judge's side, for what a student's process holds.

A Proxy forwards calls, `next`, items, public attributes, `len`, `iter` and `float`. What would let
the student's class decide a verdict, or see what it is compared with, is refused: comparisons,
truth, conversion to an array, and arithmetic but for classes that the test cell names.
"""

KINDS = ("function", "class", "iterator", "object")


class Proxy:
    """Stands for a function, class, iterator or instance in the student's process."""

    __slots__ = ("__weakref__", "_kind", "_name", "_number", "_student")
    __array_ufunc__ = None  # numpy leaves `array @ proxy` to us

    def __init__(self, student, number, kind, name):
        for slot, value in zip(("_student", "_number", "_kind", "_name"),
                               (student, number, kind, name), strict=True):  # fmt: skip
            object.__setattr__(self, slot, value)

    def __call__(self, *arguments, **keywords):
        return self._student.use("call", self, arguments, tuple(keywords.items()))

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(f"{name} of the submission's {self._kind} is out of reach")
        return self._student.use("attribute", self, name)

    def __getitem__(self, key):
        return self._student.use("item", self, key)

    def __iter__(self):
        iterator = self._student.use("iter", self)
        if not isinstance(iterator, Proxy):
            raise TypeError("iter() of the submission's object gave no iterator")
        return iterator

    def __next__(self):
        return self._student.use("next", self)

    def __len__(self):
        return self._exactly(int, "len")

    def __float__(self):
        return self._exactly(float, "float")

    def _exactly(self, kind, operation):
        value = self._student.use(operation, self)
        if type(value) is not kind:
            raise TypeError(
                f"{operation}() of the submission's {self._kind} gave no {kind.__name__}"
            )
        return value

    def _standing_on_reference_(self, exercise, references):
        return self._student.standing_on_reference(self, exercise, references)

    def __deepcopy__(self, memo):
        return self

    def __repr__(self):
        return f"<{self._kind} of the submission>"

    __str__ = __repr__


def _refused(operation):
    def refuse(self, *others):
        raise TypeError(f"{operation} of a submission's {self._kind} proves nothing: take its data")

    return refuse


def _arithmetic(operation):
    def calculate(self, other=None):
        if self._name not in self._student.arithmetic or self._kind != "object":
            raise TypeError(f"{operation} with a submission's {self._kind}: take its data first")
        return self._student.use("calculate", operation, self, other)

    return calculate


for _name in ("eq", "ne", "lt", "le", "gt", "ge", "bool", "array", "contains", "int", "index",
              "complex", "bytes", "setattr", "delattr", "setitem", "delitem", "reduce_ex",
              "reversed", "enter"):  # fmt: skip
    setattr(Proxy, f"__{_name}__", _refused(f"__{_name}__"))
Proxy.__hash__ = _refused("__hash__")
for _name in ("add", "sub", "mul", "truediv", "pow", "matmul"):
    setattr(Proxy, f"__{_name}__", _arithmetic(_name))
    setattr(Proxy, f"__r{_name}__", _arithmetic(f"r{_name}"))
Proxy.__neg__ = _arithmetic("neg")


def number_of(proxy):
    """By which number the student's process knows the object behind a Proxy."""
    return proxy._number
