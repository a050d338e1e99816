"""The look of the course's figures."""

from pathlib import Path

import matplotlib.pyplot as plt

STYLE_FILE = Path(__file__).parents[1] / "course.mplstyle"

# M. Okabe and K. Ito, Color Universal Design, 2008: told apart by colour-blind readers too.
BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#009E73"
PINK = "#CC79A7"
YELLOW = "#E69F00"
SKY = "#56B4E9"
INK = "#222222"
GREY = "#6E6E6E"


def use_course_style():
    """Give every later figure the course's look (called once, in a notebook's import cell)."""
    plt.style.use(STYLE_FILE)
