"""The part of a notebook that its graded cells need: what grading executes.

An ordinary cell stays if it binds a name that graded cells use, directly or through another such
cell, and imports stay name by name: no figure is drawn, no library loaded for nothing. The authors
keep to this (the lint sees to it that a solution uses nothing else); for an answer that does not,
the whole notebook is executed.
"""

import ast
import copy
import functools

from dlcourse import cells

IMPORTS = (ast.Import, ast.ImportFrom)


def needed(nb):
    """A copy of the notebook that holds only what its graded cells need."""
    short = copy.deepcopy(nb)
    code = [cell for cell in short.cells if cell.cell_type == "code"]
    ordinary = [cell for cell in code if not cells.grade_id(cell)]
    whole = [cell.source for cell in code if cells.grade_id(cell)]
    for cell, part in zip(ordinary, parts([c.source for c in ordinary], whole), strict=True):
        cell.source = part
    return short


def parts(sources, whole):
    """What of each of `sources` the cells `whole` need to run -> a list of sources, some empty."""
    names = set().union(*map(cells.used, whole))
    kept = set()
    while True:
        more = {source for source in sources if names & _bound_by_work(source)} - kept
        if not more:
            break
        kept |= more
        names = names.union(*map(cells.used, more))
    return [_part(source, source in kept, frozenset(names)) for source in sources]


@functools.lru_cache(maxsize=1024)
def _bound_by_work(source):
    """Names that a cell binds or changes by anything but an import."""
    body = [node for node in cells.parse(source).body if not isinstance(node, IMPORTS)]
    changed = [
        node.value
        for statement in body
        for node in ast.walk(statement)
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store)
    ]
    return cells.bound_by(body) | {node.id for node in changed if isinstance(node, ast.Name)}


def _part(source, kept, names):
    """The imports of these names, and the rest of the cell where it is kept."""
    statements = []
    for node in cells.parse(source).body:
        if not isinstance(node, IMPORTS):
            statements += [node] if kept else []
        elif needed := _import_of(node, names):
            statements.append(needed)
    return ast.unparse(ast.Module(statements, []))


def _import_of(node, names):
    """An import statement with the needed names only; None for an unneeded one."""
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
