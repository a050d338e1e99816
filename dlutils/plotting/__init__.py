"""Figures for the chapters: one module per idea, all names re-exported here.

Functions draw on the axes they are given, return nothing, and never call `plt.show()`: the
notebook decides about the size, the title and when to show. (`show_images` lays out a figure of
its own, and returns it.)
"""

from dlutils.plotting.attention import attended_text, attention_map, attention_maps, draw_block
from dlutils.plotting.boundaries import (
    boundary_line,
    decision_regions,
    scatter_classes,
    weight_arrow,
)
from dlutils.plotting.calibration import draw_reliability
from dlutils.plotting.curves import (
    dashboard,
    draw_confusion,
    draw_curves,
    draw_trials,
    show_curves,
)
from dlutils.plotting.dropout import draw_thinned
from dlutils.plotting.expressions import evaluate, expression_graph
from dlutils.plotting.graph_drawing import draw_graph
from dlutils.plotting.graphs import GraphNode, describe_step, neuron_graph
from dlutils.plotting.images import show_images
from dlutils.plotting.lstm import character_rows, lstm_graph
from dlutils.plotting.networks import draw_network, draw_neuron
from dlutils.plotting.normalization import accuracy_bars, shared_statistics
from dlutils.plotting.paths import PathAnimation, contours, draw_path
from dlutils.plotting.playing import play
from dlutils.plotting.recurrence import draw_unrolled
from dlutils.plotting.speech import draw_outputs, draw_speakers, draw_spectrogram
from dlutils.plotting.style import use_course_style
from dlutils.plotting.windows import number_grid, signed_image
