"""A line of text whose characters can be clicked, as a control of `play`."""

from dlutils.plotting.attention import visible

PLAIN, CHOSEN = "#EEEEEE", "#F1A340"


def letter_control(name, texts, widgets):
    """A menu of texts {title: str} above the characters of the chosen one, a button each.

    `value` is the text and the place of the character that was clicked last; the middle one first.
    """
    import traitlets  # comes with ipywidgets, which not everyone has

    class Letters(widgets.VBox):
        value = traitlets.Tuple()

    layout = {"width": "1.35em", "height": "2em", "margin": "0", "padding": "0", "min_width": "0"}
    menu = widgets.Dropdown(
        options=list(texts), description=name, style={"description_width": "6em"}
    )
    line = widgets.HBox(layout={"flex_flow": "row wrap"})
    letters = Letters([menu, line])

    def choose(place):
        for at, button in enumerate(line.children):
            button.style.button_color = CHOSEN if at == place else PLAIN
        letters.value = (texts[menu.value], place)

    def spell(_change=None):
        text = texts[menu.value]
        buttons = [widgets.Button(description=visible(char), layout=layout) for char in text]
        for place, button in enumerate(buttons):
            button.style.text_color = "#222222"
            button.on_click(lambda _button, place=place: choose(place))
        line.children = buttons
        choose(len(text) // 2)

    menu.observe(spell, names="value")
    spell()
    return letters
