"""Tumours, loans and film ratings: one row per case."""

from dataclasses import dataclass

import numpy as np

from dlutils.datasets.files import read_arrays, read_columns
from dlutils.datasets.records import Record, Table, labels_of, split


@dataclass(frozen=True, eq=False, repr=False)
class MovieLens(Record):
    """Who rated which film how, and the films: `title[movie]`, `genres[movie]`, `year[movie]`."""

    user_train: np.ndarray
    movie_train: np.ndarray
    rating_train: np.ndarray
    timestamp_train: np.ndarray
    user_test: np.ndarray
    movie_test: np.ndarray
    rating_test: np.ndarray
    timestamp_test: np.ndarray
    n_users: int
    n_movies: int
    title: tuple[str, ...]
    genres: tuple[tuple[str, ...], ...]
    year: np.ndarray


def breast_cancer() -> Table:
    """Cell nuclei of breast tumours: x float32 (N, 30), y int64 (N,), 1 = malignant.

    455 training and 114 test tumours, shuffled. Ten measurements, each as mean, standard error and
    mean of the worst three; lengths and areas are in units of the source, on very different scales.

    Raises DatasetError where the file is missing or damaged.
    Source: Street, Wolberg, Mangasarian (1993), Wisconsin Diagnostic Breast Cancer.
    Caveat: scikit-learn codes malignant as 0, here it is 1; a teaching set, not a medical tool.
    """
    return _table("breast_cancer.npz", n_train=455, label_names=("benign", "malignant"))


def lending_club() -> Table:
    """Loans on the day they are made: x float32 (N, 114), y int64 (N,), 1 = went bad.

    8000 training and 1857 test loans, shuffled, of which 433 and 84 went bad. Money is in US
    dollars, `int_rate` in percent; `term`, `sub_grade`, `addr_state`, `verification_status` and
    `emp_length` are one-hot columns with the first level dropped.

    Raises DatasetError where the file is missing or damaged.
    Source: Lending Club, loans of the first quarter of 2016.
    Caveat: `int_rate` and `sub_grade` are the lender's own estimate of the risk; always saying
    "good" is right for 95.5 % of the test loans.
    """
    return _table("lending_club.npz", n_train=8000, label_names=("good", "bad"))


def movielens() -> MovieLens:
    """Film ratings: `user`, `movie`, `timestamp` int64 (N,), `rating` float32 (N,), 0.5 to 5 stars.

    62000 training and 7104 test ratings, shuffled; every user and film of the test rows also has
    training ratings. `timestamp` is in Unix seconds. 671 users and 1303 films, numbered from 0.

    Raises DatasetError where a file is missing or damaged.
    Source: Harper, Konstan (2015), MovieLens, ml-latest-small: for research, no commercial
    use, passed on only under the same conditions (licenses/movielens.txt).
    Caveat: only films with at least 20 ratings; not meant for published comparisons.
    """
    arrays = read_arrays("movielens.npz")
    movies = read_columns("movies.csv.gz")
    ids = {name: arrays[name].astype(np.int64) for name in ("user", "movie", "timestamp")}
    rating = arrays["rating"] / np.float32(2)  # stored in half-stars
    return MovieLens(
        **split(62000, rating=rating, **ids),
        n_users=int(ids["user"].max()) + 1,
        n_movies=len(movies["title"]),
        title=tuple(movies["title"]),
        genres=tuple(tuple(genres.split("|")) for genres in movies["genres"]),
        year=np.array(movies["year"], dtype=np.int64),
    )


def _table(name: str, n_train: int, label_names: tuple[str, ...]) -> Table:
    arrays = read_arrays(name)
    return Table(
        **split(n_train, x=arrays["features"], y=labels_of(arrays)),
        label_names=label_names,
        feature_names=tuple(arrays["feature_names"].tolist()),
    )
