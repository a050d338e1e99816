"""Paths of optimisers over a loss surface, as a figure and as a small animation."""

import base64
import html
import io
import json
from string import Template

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import to_hex

from dlutils.plotting.style import INK


def contours(ax, loss, xlim, ylim, levels=8, resolution=160):
    """Contour lines of `loss(w)`, w (2, ...), spaced evenly in the loss's square root."""
    x, y = np.linspace(*xlim, resolution), np.linspace(*ylim, resolution)
    z = loss(np.array(np.meshgrid(x, y)))
    heights = np.linspace(0, np.sqrt(z.max()), levels + 2)[1:-1] ** 2
    ax.contour(x, y, z, levels=heights, colors="#B8B8B8", linewidths=0.9, zorder=1)
    ax.set(xlim=xlim, ylim=ylim)
    ax.grid(False)


def draw_path(ax, path, **style):
    """A path (T, 2) as a line with a dot for every step; the start is a ring."""
    path = np.asarray(path)
    (line,) = ax.plot(*path.T, "o-", **{"markersize": 3, "linewidth": 1.2, "zorder": 2, **style})
    ax.plot(*path[0], "o", color=INK, markersize=9, markerfacecolor="none", zorder=3)
    return line


class PathAnimation:
    """A figure on which a dot runs along each path, with a button and a slider for the step.

    Behind each dot the last 30 steps are drawn bold.

    `tracks` are [(ax, line, path), ...]: the lines that `draw_path` returned, and their points
    (T, 2), all of one length. What is saved is the figure as an image and the points as numbers:
    small, and with nothing to fetch. Where scripts do not run, the figure is left.
    """

    def __init__(self, figure, tracks):
        figure.canvas.draw()  # lays the axes out: before, places on the figure are not known
        self.size = figure.canvas.get_width_height()
        self.tracks = [
            {"color": to_hex(line.get_color()), "points": _places(ax, path, *self.size)}
            for ax, line, path in tracks
        ]
        for _, line, _ in tracks:
            line.set_alpha(0.4)  # after the legend was made, whose lines stay as they are
        self.png, self.title = _small_png(figure), figure.get_suptitle()
        plt.close(figure)

    def _repr_mimebundle_(self, include=None, exclude=None):
        page = PAGE.substitute(
            picture=base64.b64encode(self.png).decode(),
            width=self.size[0],
            height=self.size[1],
            title=html.escape(self.title),
            last=len(self.tracks[0]["points"]) - 1,
            tracks=json.dumps(self.tracks, separators=(",", ":")),
        )
        return {"text/html": page, "text/plain": self.title}


def _small_png(figure):
    """The figure as an image whose colours are rounded to steps of 16: half the size."""
    figure.canvas.draw()
    colors = np.asarray(figure.canvas.buffer_rgba()).astype(int)
    rounded = np.minimum((colors + 8) // 16 * 16, 255).astype(np.uint8)
    buffer = io.BytesIO()
    plt.imsave(buffer, rounded, format="png", pil_kwargs={"optimize": True})
    return buffer.getvalue()


def _places(ax, path, width, height):
    """Points in the data as points on the image, from its top left corner, in whole pixels."""
    pixels = ax.transData.transform(np.asarray(path, dtype=float))
    inside = np.clip(pixels, -9, 9 + np.array([width, height]))
    return [[round(x), round(height - y)] for x, y in inside.tolist()]


PAGE = Template("""
<div style="position:relative;width:${width}px;max-width:100%;background:white;color:#222222">
<img src="data:image/png;base64,$picture" alt="$title" style="width:100%;display:block">
<svg viewBox="0 0 $width $height" style="position:absolute;left:0;top:0;width:100%"></svg>
<div style="display:flex;gap:12px;align-items:center;padding:4px 8px">
<button type="button" style="min-width:5em">Play</button>
<input type="range" min="0" max="$last" value="$last" aria-label="step" style="flex:1">
<output style="min-width:5em">step $last</output>
</div>
</div>
<script>
(function () {
  const box = document.currentScript.previousElementSibling;
  const [svg, button, slider, output] = ["svg", "button", "input", "output"].map(
    (name) => box.querySelector(name));
  const make = (name, attributes) => {
    const element = document.createElementNS(svg.namespaceURI, name);
    Object.entries(attributes).forEach(([key, value]) => element.setAttribute(key, value));
    return svg.appendChild(element);
  };
  const tracks = $tracks.map(({color, points}) => ({
    points,
    line: make("polyline", {fill: "none", stroke: color, "stroke-width": 2.5}),
    dot: make("circle", {r: 6, fill: color, stroke: "white", "stroke-width": 1.5}),
  }));
  const show = () => {
    const step = Number(slider.value);
    output.textContent = "step " + step;
    tracks.forEach(({points, line, dot}) => {
      line.setAttribute("points", points.slice(Math.max(0, step - 30), step + 1).join(" "));
      dot.setAttribute("cx", points[step][0]);
      dot.setAttribute("cy", points[step][1]);
    });
  };
  let timer = null;
  const stop = () => { clearInterval(timer); timer = null; button.textContent = "Play"; };
  button.onclick = () => {
    if (timer) return stop();
    if (slider.value === slider.max) slider.value = 0;
    button.textContent = "Pause";
    timer = setInterval(() => {
      slider.value = Number(slider.value) + 1;
      show();
      if (slider.value === slider.max || !box.isConnected) stop();
    }, 60);
  };
  slider.oninput = () => { stop(); show(); };
  show();
})();
</script>
""")
