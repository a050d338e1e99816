"""Where the boxes of a computation graph stand, and by which ways its arrows go.

Longest paths give the columns; inputs move up to their reader. Long arrows get a place of their own
in each column they cross, after K. Sugiyama, S. Tagawa, M. Toda, 1981.
"""

from itertools import pairwise

import numpy as np

COLUMN, ROW = 2.7, 1.35  # from one box to the next


def layout(nodes):
    """Places of the nodes, and for every arrow the points between that lead it past other boxes.

    -> {node: (x, y)}, {(child, number of the parent): [(x, y), ...]}, parents before children.
    """
    column = _columns(nodes)
    columns = [[] for _ in range(1 + max(column.values()))]
    for node in nodes:
        columns[column[node]].append(node)
    stops = _stops(nodes, column)
    for stop in (stop for way in stops.values() for stop in way):
        columns[stop[2]].append(stop)
    height = _heights(columns, _links(stops))
    places = {n: np.array([COLUMN * column[n], ROW * height[n]]) for n in nodes}
    routes = {
        edge: [np.array([COLUMN * stop[2], ROW * height[stop]]) for stop in way]
        for edge, way in stops.items()
    }
    return places, routes


def _columns(nodes):
    """The column of every node, one after the last of its parents' -> {node: number}."""
    column = {}
    for node in nodes:
        column[node] = 1 + max((column[parent] for parent in node.parents), default=-1)
    for node in nodes:
        readers = [column[child] for child in nodes if node in child.parents]
        if not node.parents and readers:
            column[node] = min(readers) - 1
    return column


def _stops(nodes, column):
    """For every arrow, a stop in each column between its ends -> {edge: [(*edge, column), ...]}."""
    return {
        (child, k): [(child, k, c) for c in range(column[parent] + 1, column[child])]
        for child in nodes
        for k, parent in enumerate(child.parents)
    }


def _links(stops):
    """What stands side by side along all arrows, nodes and stops -> [(left, right), ...]."""
    ways = [[child.parents[k], *way, child] for (child, k), way in stops.items()]
    return [link for way in ways for link in pairwise(way)]


def _heights(columns, links):
    """Heights at which linked things are near each other and those of a column a row apart."""
    before, after = {}, {}
    for left, right in links:
        after.setdefault(left, []).append(right)
        before.setdefault(right, []).append(left)
    height = {thing: -i for things in columns for i, thing in enumerate(things)}
    for sweep in range(12):
        order, neighbours = (columns, before) if sweep % 2 == 0 else (columns[::-1], after)
        for things in order:
            wish = {t: np.mean([height[n] for n in neighbours.get(t, [t])]) for t in things}
            things.sort(key=lambda t: -wish[t])
            _settle(things, wish, height)
    return height


def _settle(things, wish, height):
    """Set a column's heights, a row apart and on the whole where they wish to be."""
    for i, thing in enumerate(things):
        height[thing] = min(wish[thing], height[things[i - 1]] - 1) if i else wish[thing]
    shift = np.mean([wish[t] - height[t] for t in things])
    height.update({t: height[t] + shift for t in things})


def ports(child, places, routes):
    """Where each parent's arrow ends, relative to the child's place: the higher parent, higher."""
    parents = child.parents
    heights = [(routes[child, k] or [places[parent]])[-1][1] for k, parent in enumerate(parents)]
    free = list(np.linspace(0.17, -0.17, len(parents))) if len(parents) > 1 else [0.0]
    ports = {}
    for k in sorted(range(len(parents)), key=lambda k: -heights[k]):
        ports[k] = np.array([0.0, free.pop(0)])
    return ports
