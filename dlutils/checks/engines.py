"""Ways to use the engines of automatic differentiation: orders of graphs, gradients of formulas."""

import re

import numpy as np

import dlutils
from dlutils.checks.calling import Case

RIGHT_ORDER = "parents first, each node once, the value last"
SHOWN = 8  # entries of an order that are written out


def ordering(answer, node):
    """A `using=` of `agrees` for `topological_order(value)`: what is right or wrong with its order.

    A case holds one argument, `parents`: for every node the positions of its parents, the last node
    being the value. Many orders are right, so a sentence is compared and not the order. The answer
    gets graphs of the student's own `node(data, parents)`, the reference and the known mistakes
    graphs of the library's.
    """

    def use(implementation, parents):
        make = node if implementation is answer else dlutils.Node
        nodes = []
        for of_one in parents:
            nodes.append(make(0.0, tuple(nodes[i] for i in of_one)))
        try:
            order = implementation(nodes[-1])
        except RecursionError:
            return "RecursionError: more calls within calls than Python allows"
        return _fault(order, nodes, parents)

    return use


def chain(links):
    """The `parents` of a chain: node 0, and `links` more, each made of the one before."""
    return [(), *((i,) for i in range(links))]


def formulas(*texts, **arguments):
    """One case for each formula, all with the same further arguments."""
    return [Case(formula=text, **arguments) for text in texts]


def differentiate(engine, formula, values, times=1):
    """A `using=` of `agrees` for Value: the result of a formula and all gradients.

    `formula` is Python text, `a * b + a`, or steps and a result, `c = a * b; c + c`. `values` gives
    the numbers of which the engine makes what it names. The result's `backward()` is called `times`
    times -> {"result": ..., "a.grad": ..., ...}.
    """
    return _gradients(formula, {name: engine(value) for name, value in values.items()}, times)


def differentiate_arrays(engine, formula, shapes, times=1):
    """Likewise for Tensor, with random arrays of the given shapes.

    Names in capitals are Tensors; those in small letters stay arrays, which have no gradient.
    """
    rng = np.random.default_rng(0)
    arrays = {name: np.asarray(rng.normal(size=shape)) for name, shape in shapes.items()}
    space = {name: engine(a) if name.isupper() else a for name, a in arrays.items()}
    return _gradients(formula, space, times)


def _gradients(formula, space, times):
    *steps, last = formula.split(";")
    for step in steps:
        exec(step.strip(), {}, space)
    result = eval(last.strip(), {}, space)
    for _ in range(times):
        result.backward()
    used = {name: it for name, it in space.items() if re.search(rf"\b{name}\b", formula)}
    grads = {f"{n}.grad": it.grad for n, it in used.items() if not isinstance(it, np.ndarray)}
    return {"result": result.data} | grads


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
