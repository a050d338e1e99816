"""Small real data sets, read from files inside the package: nothing is ever downloaded.

One function per set. Each call reads the file afresh and returns a frozen record whose fields end
in `_train` and `_test`: `data = datasets.mnist()`, then `data.x_train`, `data.y_test`. The split is
part of the set. Printing a record shows its fields and shapes. A missing or damaged file raises
DatasetError. Sources, licences, caveats and baselines: README.md in this folder.
"""

from dlutils.datasets.files import DatasetError
from dlutils.datasets.images import digits8x8, fashion, mnist
from dlutils.datasets.records import Classification, Table
from dlutils.datasets.signals import ECG, SpokenDigits, ecg, spoken_digits
from dlutils.datasets.tables import MovieLens, breast_cancer, lending_club, movielens
from dlutils.datasets.text import (
    Book,
    Names,
    RatedTexts,
    movie_reviews,
    names,
    pride_and_prejudice,
    tweets,
)
from dlutils.datasets.trained import mnist_mlp

__all__ = [
    "ECG",
    "Book",
    "Classification",
    "DatasetError",
    "MovieLens",
    "Names",
    "RatedTexts",
    "SpokenDigits",
    "Table",
    "breast_cancer",
    "digits8x8",
    "ecg",
    "fashion",
    "lending_club",
    "mnist",
    "mnist_mlp",
    "movie_reviews",
    "movielens",
    "names",
    "pride_and_prejudice",
    "spoken_digits",
    "tweets",
]
