"""The data sets: what the README states, honest splits, and a clear word on damaged files."""

import hashlib
import re
import shutil
from copy import deepcopy
from dataclasses import FrozenInstanceError, fields, replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

import dlutils
from dlutils import datasets
from dlutils.datasets import files

# loader -> (shape of a training column, shape of the same test column, dtype)
COLUMNS = {
    ("mnist", "x"): ((8000, 28, 28), (2000, 28, 28), "float32"),
    ("mnist", "y"): ((8000,), (2000,), "int64"),
    ("fashion", "x"): ((5000, 28, 28), (1000, 28, 28), "float32"),
    ("fashion", "y"): ((5000,), (1000,), "int64"),
    ("digits8x8", "x"): ((1437, 8, 8), (360, 8, 8), "float32"),
    ("digits8x8", "y"): ((1437,), (360,), "int64"),
    ("spoken_digits", "x"): ((900, 6400), (300, 6400), "uint8"),
    ("spoken_digits", "y"): ((900,), (300,), "int64"),
    ("spoken_digits", "voice"): ((900,), (300,), "int64"),
    ("spoken_digits", "accent"): ((900,), (300,), "int64"),
    ("spoken_digits", "speed"): ((900,), (300,), "int64"),
    ("spoken_digits", "pitch"): ((900,), (300,), "int64"),
    ("ecg", "signal"): ((86400,), (21600,), "float32"),
    ("tweets", "text"): ((3400,), (800,), "list"),
    ("tweets", "rating"): ((3400,), (800,), "float32"),
    ("movie_reviews", "text"): ((8605,), (2000,), "list"),
    ("movie_reviews", "rating"): ((8605,), (2000,), "float32"),
    ("names", "name"): ((7100,), (1749,), "list"),
    ("names", "gender"): ((7100,), (1749,), "int64"),
    ("movielens", "user"): ((62000,), (7104,), "int64"),
    ("movielens", "movie"): ((62000,), (7104,), "int64"),
    ("movielens", "rating"): ((62000,), (7104,), "float32"),
    ("movielens", "timestamp"): ((62000,), (7104,), "int64"),
    ("breast_cancer", "x"): ((455, 30), (114, 30), "float32"),
    ("breast_cancer", "y"): ((455,), (114,), "int64"),
    ("lending_club", "x"): ((8000, 114), (1857, 114), "float32"),
    ("lending_club", "y"): ((8000,), (1857,), "int64"),
}
WITH_ROWS = list(dict.fromkeys(loader for loader, _ in COLUMNS))
LOADERS = [*WITH_ROWS, "pride_and_prejudice"]
FILES = {loader: f"{loader}.npz" for loader in LOADERS} | {
    "tweets": "tweets.csv.gz",
    "movie_reviews": "movie_reviews.csv.gz",
    "names": "names.csv.gz",
    "pride_and_prejudice": "pride_and_prejudice.txt.gz",
}


@cache
def load(loader):
    """A record for reading only; tests that change one call the loader themselves."""
    return getattr(datasets, loader)()


def both(record, column):
    """The training and test rows of a column together."""
    train, test = getattr(record, f"{column}_train"), getattr(record, f"{column}_test")
    return train + test if isinstance(train, list | str) else np.concatenate([train, test])


def share(labels, label):
    return float(np.mean(labels == label))


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the data folder that a test may damage."""
    copy = shutil.copytree(files.FOLDER, tmp_path / "data")
    monkeypatch.setattr(files, "FOLDER", copy)
    return copy


def test_every_data_file_has_its_checksum():
    found = {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in files.FOLDER.iterdir()}
    assert found == files.CHECKSUMS


def test_every_licence_named_in_the_readme_is_there():
    readme = (files.FOLDER.parent / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\(`([\w.-]+\.txt)`\)", readme))
    assert named == {path.name for path in (files.FOLDER.parent / "licenses").iterdir()}
    assert all(f"`{name}`" in readme for name in files.CHECKSUMS)


def test_package_with_data_is_under_20_mb():
    package = Path(dlutils.__file__).parent
    assert sum(p.stat().st_size for p in package.rglob("*") if p.is_file()) < 20e6


@pytest.mark.parametrize("loader", LOADERS)
def test_missing_file_is_one_clear_sentence(folder, loader):
    path = folder / FILES[loader]
    path.unlink()
    with pytest.raises(datasets.DatasetError) as error:
        getattr(datasets, loader)()
    assert str(error.value) == (
        f"data file {path} must be readable, got 'No such file or directory': "
        "reinstall the package, or restore the file from git"
    )


@pytest.mark.parametrize("loader", LOADERS)
def test_damaged_file_is_one_clear_sentence(folder, loader):
    path = folder / FILES[loader]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(datasets.DatasetError) as error:
        getattr(datasets, loader)()
    assert str(error.value) == (
        f"data file {path} is damaged: its sha256 must be {files.CHECKSUMS[path.name]}, "
        f"got {hashlib.sha256(content).hexdigest()}: "
        "reinstall the package, or restore the file from git"
    )


def test_missing_film_table_is_noticed(folder):
    (folder / "movies.csv.gz").unlink()
    with pytest.raises(datasets.DatasetError, match=r"movies\.csv\.gz"):
        datasets.movielens()


def test_damage_and_repair_after_a_first_load_are_noticed(folder):
    path = folder / "ecg.npz"
    content = path.read_bytes()
    datasets.ecg()
    path.write_bytes(content[:-1])
    with pytest.raises(datasets.DatasetError, match="damaged"):
        datasets.ecg()
    path.write_bytes(content)
    datasets.ecg()


def test_a_file_is_hashed_once_per_process(folder):
    files._sha256.cache_clear()
    for _ in range(3):
        datasets.names()
    assert files._sha256.cache_info().misses == 1


@pytest.mark.parametrize(("loader", "column"), COLUMNS)
def test_shapes_and_dtypes(loader, column):
    train_shape, test_shape, dtype = COLUMNS[loader, column]
    for side, shape in (("train", train_shape), ("test", test_shape)):
        rows = getattr(load(loader), f"{column}_{side}")
        if dtype == "list":
            assert type(rows) is list
            assert len(rows) == shape[0]
            assert all(type(row) is str and row == row.strip() != "" for row in rows)
        else:
            assert (rows.shape, rows.dtype) == (shape, np.dtype(dtype))
            assert np.all(np.isfinite(rows))


@pytest.mark.parametrize("loader", WITH_ROWS)
def test_every_column_is_tested_here(loader):
    columns = {f.name[:-6] for f in fields(load(loader)) if f.name.endswith("_train")}
    assert columns == {c for name, c in COLUMNS if name == loader}


@pytest.mark.parametrize("loader", LOADERS)
def test_changing_one_result_leaves_the_next_alone(loader):
    changed = getattr(datasets, loader)()
    expected = deepcopy(changed)
    for field in fields(changed):
        value = getattr(changed, field.name)
        if isinstance(value, np.ndarray):
            value[...] = 0
        elif isinstance(value, list):
            value.clear()
    again = getattr(datasets, loader)()
    for field in fields(again):
        value, wanted = getattr(again, field.name), getattr(expected, field.name)
        assert np.array_equal(value, wanted) if isinstance(value, np.ndarray) else value == wanted


@pytest.mark.parametrize("loader", LOADERS)
def test_train_and_test_share_no_memory(loader):
    record = load(loader)
    arrays = [a for f in fields(record) if isinstance(a := getattr(record, f.name), np.ndarray)]
    for i, a in enumerate(arrays):
        assert a.flags.writeable
        assert not any(np.shares_memory(a, b) for b in arrays[:i])


def test_records_are_frozen():
    with pytest.raises(FrozenInstanceError):
        load("mnist").x_train = None


def test_a_record_shows_its_shapes():
    record = replace(load("breast_cancer"), x_test=np.zeros((2, 30)))
    assert repr(record) == (
        "Table\n"
        "  x_train        float32 (455, 30)\n"
        "  y_train        int64 (455,)\n"
        "  x_test         float64 (2, 30)\n"
        "  y_test         int64 (114,)\n"
        "  label_names    ('benign', 'malignant')\n"
        "  feature_names  30 str"
    )
    assert all(len(repr(load(loader))) < 1000 for loader in LOADERS)


@pytest.mark.parametrize("loader", LOADERS)
def test_docstrings_state_split_errors_source_and_caveat(loader):
    text = getattr(datasets, loader).__doc__
    for word in ("train", "test", "DatasetError", "Source: ", "Caveat: "):
        assert word in text


@pytest.mark.parametrize(
    ("loader", "levels"), [("mnist", 255), ("fashion", 255), ("digits8x8", 16)]
)
def test_pixels_are_whole_levels_between_0_and_1(loader, levels):
    x = both(load(loader), "x")
    assert (x.min(), x.max()) == (0.0, 1.0)
    assert np.abs(x * levels - np.rint(x * levels)).max() < 1e-4


def test_class_counts_of_images():
    counts = [1001, 1127, 991, 1032, 980, 863, 1014, 1070, 944, 978]
    assert np.bincount(both(load("mnist"), "y")).tolist() == counts
    assert np.bincount(load("fashion").y_train).tolist() == [500] * 10
    assert np.bincount(load("fashion").y_test).tolist() == [100] * 10
    assert np.unique(both(load("digits8x8"), "y")).tolist() == list(range(10))


def test_label_names_of_images():
    assert load("mnist").label_names == load("digits8x8").label_names == tuple("0123456789")
    assert load("fashion").label_names[:2] == ("T-shirt/top", "Trouser")
    assert len(load("fashion").label_names) == 10


def test_no_mnist_image_occurs_twice():
    x = both(load("mnist"), "x")
    assert len({image.tobytes() for image in x}) == len(x)


def test_no_voice_is_on_both_sides():
    data = load("spoken_digits")
    assert np.unique(data.voice_train).tolist() == list(range(30))
    assert np.unique(data.voice_test).tolist() == list(range(30, 40))


def test_every_voice_says_every_digit_three_times():
    data = load("spoken_digits")
    counts = np.bincount(10 * both(data, "voice") + both(data, "y"))
    assert counts.tolist() == [3] * 400


def test_details_of_spoken_digits():
    data = load("spoken_digits")
    speed, pitch = both(data, "speed"), both(data, "pitch")
    assert (speed.min(), speed.max()) == (110, 199)
    assert (pitch.min(), pitch.max()) == (20, 79)
    assert np.unique(both(data, "accent")).tolist() == list(range(7))
    assert (len(data.voice_names), len(data.accent_names), len(data.label_names)) == (40, 7, 10)
    assert data.sample_rate == 8000


def test_human_clips():
    data = load("spoken_digits")
    assert (data.x_human.shape, data.x_human.dtype) == ((10, 6400), np.uint8)
    assert data.y_human.tolist() == list(range(10))


def test_waves_decode_to_a_peak_of_nine_tenths():
    data = load("spoken_digits")
    v = np.concatenate([both(data, "x"), data.x_human]) / 255 * 2 - 1
    wave = np.sign(v) * (256 ** np.abs(v) - 1) / 255
    peaks = np.abs(wave).max(axis=1)
    assert peaks.max() < 0.92
    assert np.mean(peaks > 0.88) > 0.98  # a clip cut at 0.8 s may lose its peak
    assert np.abs(wave.mean(axis=1)).max() < 0.1


def test_ecg_is_in_millivolts():
    data = load("ecg")
    signal = both(data, "signal")
    assert data.fs == 360
    assert len(signal) == 5 * 60 * data.fs
    assert (signal.min(), signal.max()) == pytest.approx((-3.485, 3.65))


@pytest.mark.parametrize(
    ("loader", "column"), [("tweets", "text"), ("movie_reviews", "text"), ("names", "name")]
)
def test_equal_texts_share_a_side(loader, column):
    train, test = (getattr(load(loader), f"{column}_{side}") for side in ("train", "test"))
    assert not {text.lower() for text in train} & {text.lower() for text in test}


def test_texts_are_unescaped_and_anonymous():
    text = both(load("tweets"), "text") + both(load("movie_reviews"), "text")
    assert not any("&amp;" in t or "&quot;" in t for t in text)
    assert {h.lower() for t in text for h in re.findall(r"https?://\w+", t)} <= {
        "http://url_removed"
    }


@pytest.mark.parametrize("loader", ["tweets", "movie_reviews"])
def test_ratings_lie_between_minus_4_and_4(loader):
    rating = both(load(loader), "rating")
    assert -4 <= rating.min() < -3
    assert 3 < rating.max() <= 4


def test_novel_is_cut_at_a_chapter():
    book = load("pride_and_prejudice")
    text = both(book, "text")
    assert (len(text), len(set(text)), text.isascii()) == (684_768, 75, True)
    chapters = [re.findall(r"^Chapter (\d+)$", t, re.M) for t in (book.text_train, book.text_test)]
    assert [list(map(int, c)) for c in chapters] == [list(range(1, 56)), list(range(56, 62))]
    assert book.text_train.startswith("PRIDE AND PREJUDICE")
    assert book.text_test.startswith("Chapter 56\n")
    assert set(book.text_test) <= set(book.text_train)


def test_names_and_their_lists():
    data = load("names")
    gender, name = both(data, "gender"), [n.lower() for n in both(data, "name")]
    assert data.gender_names == ("female", "male")
    assert np.bincount(gender).tolist() == [4951, 3898]
    assert len(name) - len(set(name)) == 427


def test_breast_cancer_counts_and_names():
    data = load("breast_cancer")
    assert both(data, "y").sum() == 212
    assert data.label_names[1] == "malignant"
    assert len(set(data.feature_names)) == 30
    malignant = data.y_train == 1
    radius = data.x_train[:, data.feature_names.index("mean radius")]
    assert radius[malignant].mean() > radius[~malignant].mean()


def test_lending_club_counts_and_names():
    data = load("lending_club")
    assert (data.y_train.sum(), data.y_test.sum()) == (433, 84)
    assert data.label_names[1] == "bad"
    assert len(set(data.feature_names)) == 114


def test_movielens_ratings_are_half_stars():
    rating = both(load("movielens"), "rating")
    assert np.unique(rating).tolist() == [0.5, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5]


def test_movielens_users_and_films_are_known_from_training():
    data = load("movielens")
    assert np.unique(data.user_train).tolist() == list(range(data.n_users)) == list(range(671))
    assert np.unique(data.movie_train).tolist() == list(range(data.n_movies)) == list(range(1303))
    assert np.bincount(both(data, "movie")).min() >= 20
    years = (
        both(data, "timestamp").astype("datetime64[s]").astype("datetime64[Y]").astype(int) + 1970
    )
    assert (years.min(), years.max()) == (1995, 2016)


def test_film_table():
    data = load("movielens")
    assert len(data.title) == len(data.genres) == len(data.year) == data.n_movies
    first = (data.title[0], data.genres[0][:2], data.year[0])
    assert first == ("Toy Story", ("Adventure", "Animation"), 1995)
    assert data.year.dtype == np.int64


@pytest.mark.parametrize(
    ("loader", "label", "majority"),
    [("breast_cancer", 0, 0.588), ("lending_club", 0, 0.955)],
)
def test_majority_of_tables(loader, label, majority):
    assert share(load(loader).y_test, label) == pytest.approx(majority, abs=5e-4)


@pytest.mark.parametrize(
    ("loader", "positive", "majority"), [("tweets", True, 0.665), ("movie_reviews", False, 0.501)]
)
def test_majority_of_clear_ratings(loader, positive, majority):
    rating = load(loader).rating_test
    clear = rating[np.abs(rating) > 0.5]
    assert share(clear > 0, positive) == pytest.approx(majority, abs=5e-4)


def test_interest_rate_alone_ranks_loans():
    data = load("lending_club")
    rate = data.x_test[:, data.feature_names.index("int_rate")]
    bad, good = rate[data.y_test == 1, None], rate[data.y_test == 0]
    auc = np.mean((bad > good) + 0.5 * (bad == good))
    assert auc == pytest.approx(0.759, abs=5e-4)


def test_movielens_constant_and_biases():
    data = load("movielens")
    mean = data.rating_train.mean(dtype=np.float64)
    residual = data.rating_train - mean
    user, movie = np.zeros(data.n_users), np.zeros(data.n_movies)
    for _ in range(10):  # ridge regression, one side at a time
        movie = shrunken_mean(data.movie_train, residual - user[data.user_train])
        user = shrunken_mean(data.user_train, residual - movie[data.movie_train])
    biases = mean + user[data.user_test] + movie[data.movie_test]
    assert rmse(mean, data.rating_test) == pytest.approx(1.016, abs=5e-4)
    assert rmse(biases, data.rating_test) == pytest.approx(0.857, abs=5e-4)


def shrunken_mean(group, values, strength=3):
    return np.bincount(group, values) / (np.bincount(group) + strength)


def rmse(prediction, target):
    return float(np.sqrt(np.mean((prediction - target) ** 2)))
