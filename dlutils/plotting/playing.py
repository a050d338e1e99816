"""Something to turn: a figure that follows sliders."""

import base64
import html
import io
import math
import time

from matplotlib.figure import Figure

from dlutils.plotting.clicking import pattern_control
from dlutils.plotting.letters import letter_control

SLOW = 0.15  # seconds; a drawing that takes longer waits until the slider is let go


def play(draw, **controls):
    """A figure that is drawn again whenever a control moves; the last line of a notebook cell.

        def show(fig, slope, bias):
            ax = fig.subplots()
            ...

        plotting.play(show, slope=(-3.0, 3.0, 1.0), bias=(-2.0, 2.0))

    `draw(fig, **values)` draws on an empty figure; a text that it returns stands below it (and
    alone, where nothing was drawn). A control is given by

        (low, high) or (low, high, start)   a slider; of whole numbers where all are ints
        [option, ...]                       a menu that starts at its first option
        True or False                       a box to tick
        "text"                              a line to type in, used when Enter is pressed
        {title: rows of -1, 0, 1}           a menu of patterns, whose squares turn at a click
        {title: "text"}                     a menu of texts, whose characters can be clicked

    Raises ImportError where ipywidgets is not installed.
    """
    try:
        import ipywidgets
    except ImportError:
        raise ImportError(
            "plotting.play needs ipywidgets: run `pip install ipywidgets` and restart JupyterLab"
        ) from None
    return Player(draw, controls, ipywidgets)


class Player:
    """What `play` shows: controls above an image, which is replaced in one piece, so no flicker."""

    def __init__(self, draw, controls, widgets):
        self.draw = draw
        self.controls = {name: _widget(name, spec, widgets) for name, spec in controls.items()}
        self.image = widgets.Image(format="png", layout={"max_width": "100%"})
        self.text = widgets.HTML()
        began = time.perf_counter()
        self._redraw()
        slow = time.perf_counter() - began > SLOW
        for control in self.controls.values():
            if hasattr(control, "continuous_update") and slow:
                control.continuous_update = False
            control.observe(self._follow, names="value")
        self.box = widgets.VBox([*self.controls.values(), self.image, self.text])

    def _follow(self, _change):
        try:
            self._redraw()
        except Exception as error:  # it would vanish in the kernel's log: show it where one looks
            self._show("", f"{type(error).__name__}: {error}")

    def _redraw(self):
        figure = Figure()
        text = self.draw(figure, **{name: c.value for name, c in self.controls.items()})
        self._show(_png(figure) if figure.axes else b"", text or "")

    def _show(self, picture, text):
        if picture:
            self.image.value = picture
        self.image.layout.display = None if picture else "none"
        self.text.value = f"<pre>{html.escape(text)}</pre>" if text else ""

    def _repr_mimebundle_(self, include=None, exclude=None):
        """The live widget, and for readers without a kernel the picture as it stands."""
        bundle = {"text/plain": "A figure with sliders: run this cell to move them."}
        if self.image.value:
            bundle["image/png"] = base64.b64encode(self.image.value).decode()
        live = "application/vnd.jupyter.widget-view+json"
        bundle[live] = {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id}
        return bundle


def _png(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def _widget(name, spec, widgets):
    common = {"description": name, "style": {"description_width": "6em"}}
    if isinstance(spec, bool):
        return widgets.Checkbox(value=spec, **common)
    if isinstance(spec, str):
        return widgets.Text(value=spec, continuous_update=False, **common)
    if isinstance(spec, list):
        return widgets.Dropdown(options=spec, **common)
    if isinstance(spec, dict) and all(isinstance(text, str) for text in spec.values()):
        return letter_control(name, spec, widgets)
    if isinstance(spec, dict):
        return pattern_control(name, spec, widgets)
    low, high, *start = spec
    whole = all(isinstance(number, int) for number in spec)
    value = start[0] if start else (low + high) // 2 if whole else (low + high) / 2
    common |= {"min": low, "max": high, "value": value, "layout": {"width": "26em"}}
    if whole:
        return widgets.IntSlider(**common)
    power = math.floor(math.log10((high - low) / 50))  # 50 to 500 round positions
    return widgets.FloatSlider(step=10.0**power, readout_format=f".{max(0, -power)}f", **common)
