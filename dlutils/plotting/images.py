"""Many small images side by side."""

import matplotlib.pyplot as plt
import numpy as np


def show_images(images, titles=None, columns=5, size=1.2):
    """A grid of grey images on a new figure: images (N, H, W), 0 white to 1 black -> the figure.

    `titles` holds one text per image, written above it; `columns` images stand in a row, each
    `size` inches wide. The figure is returned for `fig.suptitle(...)`, and not shown.

    Raises ValueError where images have no three axes, or titles are not N.
    """
    images = np.asarray(images)
    if images.ndim != 3 or len(images) == 0:
        raise ValueError(f"show_images: images must have shape (N, H, W), got {images.shape}")
    if titles is not None and len(titles) != len(images):
        raise ValueError(
            f"show_images: titles must hold {len(images)} texts, one per image, got {len(titles)}"
        )
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    height = size * images.shape[1] / images.shape[2] + (0.28 if titles is not None else 0.0)
    fig, axes = plt.subplots(
        rows, columns, figsize=(size * columns, height * rows + 0.4), squeeze=False
    )
    for ax in axes.flat:
        ax.set_axis_off()
    for i, (ax, image) in enumerate(zip(axes.flat, images, strict=False)):
        ax.imshow(image, cmap="gray_r", vmin=0, vmax=1)
        if titles is not None:
            ax.set_title(titles[i], fontsize=10, loc="center")
    return fig
