"""Short rated texts, a novel, and first names."""

from dataclasses import dataclass

import numpy as np

from dlutils.datasets.files import read_columns, read_text
from dlutils.datasets.records import Record, split


@dataclass(frozen=True, eq=False, repr=False)
class RatedTexts(Record):
    """Texts with the mean rating that people gave each, float32 (N,), from -4 to 4."""

    text_train: list[str]
    rating_train: np.ndarray
    text_test: list[str]
    rating_test: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class Book(Record):
    """A book in two pieces: `text_train + text_test` is the whole."""

    text_train: str
    text_test: str


@dataclass(frozen=True, eq=False, repr=False)
class Names(Record):
    """First names, and for each the list it stands on, int64 (N,): `gender_names[gender]`."""

    name_train: list[str]
    gender_train: np.ndarray
    name_test: list[str]
    gender_test: np.ndarray
    gender_names: tuple[str, ...]


def tweets() -> RatedTexts:
    """Tweet-like messages and how positive people find them, from -4 (awful) to 4 (wonderful).

    3400 training and 800 test texts, shuffled; texts that are equal but for case share a side.
    For two classes leave out the lukewarm: `abs(rating) > 0.5` keeps 651 test texts, of which
    66.5 % are positive.

    Raises DatasetError where the file is missing or damaged.
    Source: Hutto, Gilbert (2014), VADER.
    Caveat: English of 2014 or earlier, some rude words; names of people in public life remain.
    """
    return _rated_texts("tweets.csv.gz", n_train=3400)


def movie_reviews() -> RatedTexts:
    """Sentences from film reviews and how positive people find them, from -4 to 4.

    8605 training and 2000 test sentences, shuffled; sentences that are equal but for case share a
    side. `abs(rating) > 0.5` keeps 1900 test sentences, of which 50.1 % are negative.

    Raises DatasetError where the file is missing or damaged.
    Source: Hutto, Gilbert (2014), VADER; sentences collected by Pang, Lee from rotten.tomatoes.com.
    Caveat: neither film nor reviewer is known, so one film may be on both sides; the ratings are
    of the sentence, not the reviewer's stars.
    """
    return _rated_texts("movie_reviews.csv.gz", n_train=8605)


def pride_and_prejudice() -> Book:
    """Jane Austen's novel as one str of 684,768 characters, 75 of them distinct, all ASCII.

    The title and chapters 1 to 55 are `text_train` (616,809 characters, 90 %), chapters 56 to 61
    `text_test` (67,959); every character of the test text occurs in the training text.

    Raises DatasetError where the file is missing or damaged.
    Source: Austen (1813).
    Caveat: a model that does well here has learnt one author's English of two centuries ago.
    """
    text = read_text("pride_and_prejudice.txt.gz")
    cut = text.index("Chapter 56\n")
    return Book(text_train=text[:cut], text_test=text[cut:])


def names() -> Names:
    """English first names, with the list that each stands on: gender 0 = female, 1 = male.

    7100 training and 1749 test rows, shuffled. The 427 names on both lists have two rows, which
    share a side.

    Raises DatasetError where the file is missing or damaged.
    Source: Ward (2002), Moby Word II.
    Caveat: gender here means which of two dated lists a name stands on, and nothing about people;
    with names on both, nobody can be right every time.
    """
    columns = read_columns("names.csv.gz")
    gender_names = ("female", "male")
    gender = np.array([gender_names.index(word) for word in columns["gender"]], dtype=np.int64)
    return Names(**split(7100, name=columns["name"], gender=gender), gender_names=gender_names)


def _rated_texts(name: str, n_train: int) -> RatedTexts:
    columns = read_columns(name)
    rating = np.array(columns["rating"], dtype=np.float32)
    return RatedTexts(**split(n_train, text=columns["text"], rating=rating))
