"""The part of a notebook that its graded cells need: what a quick trial executes.

An ordinary cell stays if it binds a name that graded cells use, directly or through another such
cell, and imports stay name by name: no figure is drawn, no library loaded for nothing. The authors
keep to this (the lint sees to it that a solution uses nothing else); for an answer that does not,
the trial executes the whole notebook.
"""

import ast
import copy

from dlcourse import cells

IMPORTS = (ast.Import, ast.ImportFrom)


def needed(nb):
    """A copy of the notebook that holds only what its graded cells need."""
    short = copy.deepcopy(nb)
    code = [cell for cell in short.cells if cell.cell_type == "code"]
    ordinary = [cell for cell in code if not cells.grade_id(cell)]
    names = set().union(*(cells.used(cell.source) for cell in code if cells.grade_id(cell)))
    bodies = {id(cell): cells.parse(cell.source).body for cell in ordinary}
    kept = set()
    while True:
        more = [
            cell
            for cell in ordinary
            if id(cell) not in kept and names & _bound_by_work(bodies[id(cell)])
        ]
        if not more:
            break
        kept |= {id(cell) for cell in more}
        names = names.union(*(cells.used(cell.source) for cell in more))
    for cell in ordinary:
        body = bodies[id(cell)]
        statements = [s for s in (_import_of(node, names) for node in body) if s]
        if id(cell) in kept:
            statements += [node for node in body if not isinstance(node, IMPORTS)]
        cell.source = ast.unparse(ast.Module(statements, []))
    return short


def _bound_by_work(body):
    """Names that a cell binds by anything but an import."""
    return cells.bound_by(node for node in body if not isinstance(node, IMPORTS))


def _import_of(node, names):
    """An import statement with the needed names only; None for no import or an unneeded one."""
    if not isinstance(node, IMPORTS):
        return None
    aliases = [
        alias
        for alias in node.names
        if alias.name == "*" or (alias.asname or alias.name.split(".")[0]) in names
    ]
    if not aliases:
        return None
    new = copy.copy(node)
    new.names = aliases
    return new
