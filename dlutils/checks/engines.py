"""Ways to use the engines of automatic differentiation: orders of graphs, gradients of formulas."""

import re

import numpy as np

import dlutils
from dlutils.checks.calling import Case

RIGHT_ORDER = "parents first, each node once, the value last"
SHOWN = 8  # entries of an order that are written out


def make_graph(parents):
    """The nodes of a graph; `parents` has, for every node, the positions of its parents."""
    nodes = []
    for positions in parents:
        nodes.append(dlutils.Node(0.0, tuple(nodes[i] for i in positions)))
    return nodes


def ordering(answer, make):
    """A `using=` of `agrees` for `topological_order(value)`: what is right or wrong with its order.

    A case holds one argument, `parents`, for `make_graph`; the last node is the value. Many orders
    are right, so a sentence is compared and not the order. The answer is called twice, with nodes
    that `make`, the notebook's `make_graph`, has made of the student's own class, in one call
    however many they are; the reference and the known mistakes get nodes of the library's.
    """

    def use(implementation, parents):
        nodes = (make if implementation is answer else make_graph)(parents)
        try:
            first, second = (implementation(nodes[-1]) for _ in "12")
        except RecursionError:
            return "RecursionError: more calls within calls than Python allows"
        fault = _fault(first, nodes, parents)
        if fault != RIGHT_ORDER or (again := _fault(second, nodes, parents)) == RIGHT_ORDER:
            return fault
        return f"when called again: {again}"

    return use


def chain(links):
    """The `parents` of a chain: node 0, and `links` more, each made of the one before."""
    return [(), *((i,) for i in range(links))]


def formulas(*texts, **arguments):
    """One case for each formula, with the same arguments: of dicts, what the formula names."""
    return [Case(formula=text, **_named_in(text, arguments)) for text in texts]


def differentiate(engine, formula, leaves, times=1):
    """A `using=` of `agrees` for Value and Tensor: the result of a formula and all gradients.

    `formula` is Python text, `a * b + a`, or steps and a result, `c = a * b; c + c`. `leaves` says
    what its names are: of numbers or lists, and of random arrays for shapes, the engine makes its
    own; but a shape with a name in small letters is a plain array, which has no gradient. The
    result's `backward()` is called `times` times -> {"result": ..., "a.grad": ..., ...}.
    """
    rng, space = np.random.default_rng(0), {}
    for name, leaf in leaves.items():
        value = np.asarray(rng.normal(size=leaf)) if isinstance(leaf, tuple) else leaf
        plain = isinstance(leaf, tuple) and name.islower()
        space[name] = value if plain else engine(value)
    *steps, last = formula.split(";")
    for step in steps:
        exec(step.strip(), {}, space)
    result = eval(last.strip(), {}, space)
    for _ in range(times):
        result.backward()
    grads = {f"{n}.grad": it.grad for n, it in space.items() if not isinstance(it, np.ndarray)}
    return {"result": result.data} | grads


def _named_in(text, arguments):
    names = set(re.findall(r"\w+", text))
    return {
        key: {k: v for k, v in value.items() if k in names} if isinstance(value, dict) else value
        for key, value in arguments.items()
    }


def _fault(order, nodes, parents):
    """RIGHT_ORDER, or the first fault of an order and its beginning."""
    if order is None:
        return None
    if not isinstance(order, list | tuple):
        return "something that is no list"
    position = {id(node): i for i, node in enumerate(nodes)}
    listed = [position.get(id(node)) for node in order]
    fault = _first_fault(listed, parents)
    if not fault:
        return RIGHT_ORDER
    dots = ", ..." if len(listed) > SHOWN else ""
    return f"[{', '.join(map(str, listed[:SHOWN]))}{dots}], {fault}"


def _first_fault(listed, parents):
    if None in listed:
        return "with what is no node of the graph"
    seen = set()
    for i in listed:
        if i in seen:
            return f"node {i} twice"
        late = [parent for parent in parents[i] if parent not in seen]
        if late and late[0] in listed:
            return f"node {i} before its parent {late[0]}"
        seen.add(i)
    missing = [i for i in range(len(parents)) if i not in seen]
    return f"without node {missing[0]}" if missing else ""
