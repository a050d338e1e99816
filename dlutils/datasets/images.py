"""Handwritten digits and clothes: small grey images, one class label each."""

import numpy as np

from dlutils.datasets.files import read_arrays
from dlutils.datasets.records import Classification, labels_of, split

DIGITS = tuple("0123456789")


def mnist() -> Classification:
    """Handwritten digits: x float32 (N, 28, 28), 0 = paper, 1 = ink; y int64 (N,), the digit.

    8000 training and 2000 test images, shuffled; none occurs twice. For a convolution add the
    channel axis: `x[:, None]` is (N, 1, 28, 28).

    Raises DatasetError where the file is missing or damaged.
    Source: LeCun, Bottou, Bengio, Haffner (1998), 10,000 of its images.
    Caveat: the writers are unknown, so one may be on both sides, and the split is not MNIST's own:
    results do not compare with published error rates.
    """
    arrays = read_arrays("mnist.npz")
    return _classification(arrays, n_train=8000, white=255, label_names=DIGITS)


def fashion() -> Classification:
    """Pictures of clothing: x float32 (N, 28, 28), 0 = background, 1 = white; y int64 (N,).

    5000 training and 1000 test images, 500 and 100 per class, drawn from the training and the test
    set of the source. `label_names[y]` names the garment.

    Raises DatasetError where the file is missing or damaged.
    Source: Xiao, Rasul, Vollgraf (2017), Fashion-MNIST.
    Caveat: a tenth of the original, so results do not compare with published ones.
    """
    arrays = read_arrays("fashion.npz")
    label_names = tuple(arrays["label_names"].tolist())
    return _classification(arrays, n_train=5000, white=255, label_names=label_names)


def digits8x8() -> Classification:
    """Small handwritten digits: x float32 (N, 8, 8), 0 = paper, 1 = ink; y int64 (N,), the digit.

    1437 training and 360 test images. A pixel counts the dark points of a 4 x 4 block, over 16.

    Raises DatasetError where the file is missing or damaged.
    Source: Alpaydin, Kaynak (1998), Optical Recognition of Handwritten Digits, its test part.
    Caveat: the test images are the last of the source, most likely by other writers; logistic
    regression scores 0.900 on them and 0.975 on a random split.
    """
    arrays = read_arrays("digits8x8.npz")
    return _classification(arrays, n_train=1437, white=16, label_names=DIGITS)


def _classification(
    arrays: dict[str, np.ndarray], n_train: int, white: int, label_names: tuple[str, ...]
) -> Classification:
    images = arrays["images"] / np.float32(white)
    columns = split(n_train, x=images, y=labels_of(arrays))
    return Classification(**columns, label_names=label_names)
