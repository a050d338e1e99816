"""A pattern of squares to click, as a control of `play`."""

SQUARE = {"width": "2.8em", "height": "2.2em", "margin": "1px", "padding": "0"}
NEXT = {0: 1, 1: -1, -1: 0}
LOOK = {0: ("0", "#E8E8E8"), 1: ("+1", "#F1A340"), -1: ("−1", "#998EC3")}  # colour and sign


def pattern_control(name, patterns, widgets):
    """A menu of patterns {title: rows of -1, 0, 1} above squares, which a click turns to the next.

    `value` holds the rows as a tuple of tuples, as the squares stand now.
    """
    import traitlets  # comes with ipywidgets, which not everyone has

    class Pattern(widgets.VBox):
        value = traitlets.Tuple()

    menu = widgets.Dropdown(
        options=list(patterns), description=name, style={"description_width": "6em"}
    )
    rows = [list(row) for row in patterns[menu.value]]
    squares = [[widgets.Button(layout=SQUARE) for _ in row] for row in rows]
    lines = [widgets.HBox(line, layout={"margin": "0 0 0 6.4em"}) for line in squares]
    pattern = Pattern([menu, *lines])

    def look():
        for line, row in zip(squares, rows, strict=True):
            for square, number in zip(line, row, strict=True):
                square.description, square.style.button_color = LOOK[number]
                square.style.text_color = "#222222"
        pattern.value = tuple(map(tuple, rows))

    def click(i, j):
        rows[i][j] = NEXT[rows[i][j]]
        look()

    def choose(_change):
        rows[:] = [list(row) for row in patterns[menu.value]]
        look()

    for i, line in enumerate(squares):
        for j, square in enumerate(line):
            square.on_click(lambda _square, i=i, j=j: click(i, j))
    menu.observe(choose, names="value")
    look()
    return pattern
