"""Finds the data files inside the package, and refuses one that is missing or damaged."""

import csv
import gzip
import hashlib
import io
from functools import cache
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent / "data"

# sha256 of every data file, as `build_data.py` and `make_mnist_mlp.py` print them
CHECKSUMS = {
    "breast_cancer.npz": "6c1417d00358937032f41df571229c9ca4146f8eca8cc0ffa2571ef45083a49d",
    "digits8x8.npz": "5ae4402d2ca365349fbf2dc074dc7180a95b6fb899e9061667e1d2ceae6214e6",
    "ecg.npz": "20995e97382e7027cad8c8062e7592effe33f94de0a470436c0347270760dd40",
    "fashion.npz": "5d9aafeaab8bfdeeeef20a235dad99604578784b41e6a6d0ea7907f109fe1f2c",
    "lending_club.npz": "7b636701d829d9af9008e24cc06ed438c59e00ac294ed2020ae58ac5ed83d546",
    "mnist.npz": "f1a23f2fb1a1c97bb00a811807ddd50a888dbcdcdead94147993273c22ee3f37",
    "mnist_mlp.npz": "17f48a7f2936d439e12bad0597c76ad6266ff0347a1d7fc5df32ce0eb192d461",
    "movie_reviews.csv.gz": "130df64d69c63c81cc4eb4bf93af3114cffd527cf5131a14c195b04a73a66dd9",
    "movielens.npz": "a8b354a1fab551fd614209627834e6711b7283934a94030c9c84ab44ab1273b2",
    "movies.csv.gz": "aaf8b57d9dd982f609ea2a400008deea353df4eaa1673d63972ea8180f96a922",
    "names.csv.gz": "08c3a0d3e81c16e8bf52ee3d7db0ffc1edf0000df8aa4a362752ac1456b95b71",
    "pride_and_prejudice.txt.gz": (
        "4bf10d85ed60fa55a0be368cd4634dbc5e6b18c2d5a5a0e1758a59d31907c086"
    ),
    "spoken_digits.npz": "cef9654d626e2cc1183da4a1283ee642d26fd682fc0e51ee31edc1710f532973",
    "tweets.csv.gz": "a2b80d18d056d0098988e30b375994b3fa8433e994e28aaf895c9f961c0cd2cd",
}

REPAIR = "reinstall the package, or restore the file from git"


class DatasetError(RuntimeError):
    """A data file of the package is missing or damaged."""


def read_arrays(name: str) -> dict[str, np.ndarray]:
    """The arrays of an npz file by name, freshly read."""
    with np.load(_checked(name), allow_pickle=False) as arrays:
        return dict(arrays)


def read_text(name: str) -> str:
    """The text of a gzipped UTF-8 file."""
    return gzip.decompress(_checked(name).read_bytes()).decode("utf-8")


def read_columns(name: str) -> dict[str, list[str]]:
    """The columns of a gzipped CSV file by the names in its header."""
    header, *rows = csv.reader(io.StringIO(read_text(name), newline=""))
    columns = zip(*rows, strict=True)
    return {title: list(column) for title, column in zip(header, columns, strict=True)}


def _checked(name: str) -> Path:
    """Path of a data file whose checksum is the one stated above."""
    path = FOLDER / name
    try:
        status = path.stat()
        checksum = _sha256(path, status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise DatasetError(
            f"data file {path} must be readable, got {error.strerror!r}: {REPAIR}"
        ) from error
    if checksum != CHECKSUMS[name]:
        raise DatasetError(
            f"data file {path} is damaged: its sha256 must be {CHECKSUMS[name]}, "
            f"got {checksum}: {REPAIR}"
        )
    return path


@cache
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    """Checksum of a file, computed once per process unless the file's size or time changes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
