"""The course gates: what is committed is what the text sources say, whole, and leaks nothing."""

import ast
import inspect
import json
import re
import tomllib
from pathlib import Path

import nbformat
import pytest
import yaml

import dlutils
from dlcourse import build, course, source
from dlutils import mistakes
from tests.alternatives import all_alternatives

ROOT = Path(__file__).parents[1]
CHAPTERS = course.chapters(ROOT)
EXERCISES = {
    "01_neurons": """neuron perceptron_predict perceptron_update train_perceptron layer
        xor_network""",
    "02_forward_pass": """sigmoid tanh relu softmax linear_forward mlp_forward mse_loss
        binary_cross_entropy cross_entropy accuracy count_parameters""",
    "03_backward_pass": """sigmoid_backward tanh_backward relu_backward linear_backward
        cross_entropy_backward mlp_backward numerical_gradient gradient_error
        gradient_descent_step""",
    "04_automatic_differentiation": "Value topological_order unbroadcast Tensor",
    "05_optimizers": """sgd_step momentum_step nesterov_step adagrad_step rmsprop_step adam_step
        adamw_step clip_by_norm cosine_schedule step_schedule""",
    "06_training": """xavier_init he_init standardize minibatches l2_penalty EarlyStopping fit
        confusion_matrix precision_recall_f1 random_search""",
    "07_convolution": """conv_output_size im2col_naive conv2d_forward_naive conv2d_backward_naive
        max_pool2d_forward_naive max_pool2d_backward_naive global_average_pool_forward
        global_average_pool_backward receptive_field count_multiply_adds""",
    "08_recurrent_networks": """embedding_forward embedding_backward rnn_step_forward
        rnn_step_backward rnn_forward rnn_backward temporal_cross_entropy sample_sequence""",
    "09_lstm": """lstm_step_forward lstm_step_backward lstm_forward lstm_backward gru_step_forward
        init_forget_bias""",
    "10_attention": """layer_norm_forward layer_norm_backward causal_mask attention_forward
        attention_backward split_heads merge_heads multi_head_attention positional_encoding
        transformer_block""",
    "11_dropout": """dropout_forward dropout_backward monte_carlo_predict max_norm
        predictive_entropy""",
    "12_normalization": """batch_norm_forward batch_norm_backward spatial_batch_norm_forward
        group_norm_forward fold_batch_norm""",
    "13_data_augmentation": """random_flip random_crop rotate random_erase mixup add_noise
        augment""",
    "14_transfer_learning": """extract_features replace_head frozen_step resize_bilinear
        domain_gap autoencoder_loss""",
    "15_image_recognition": """top_k_accuracy expected_calibration_error temperature_scale
        saliency_map occlusion_map""",
    "16_speech_recognition": """mu_law_decode frames hann_window mel_filterbank log_mel_spectrogram
        ctc_greedy_decode edit_distance word_error_rate""",
    "17_language": """tokenize build_vocabulary encode tf_idf bag_of_embeddings perplexity
        beam_search""",
}
each_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)


def solutions(chapter):
    return [cell for cell in source.read(chapter) if cell.role == "solution"]


def test_the_course_has_chapters():
    assert CHAPTERS and {chapter.name for chapter in CHAPTERS} <= set(EXERCISES)


@each_chapter
def test_built_files_are_fresh(chapter):
    assert list(build.stale([chapter])) == []


@each_chapter
def test_every_exercise_is_in_the_notebook_the_library_and_the_catalogue(chapter):
    names = EXERCISES[chapter.name].split()
    assert sorted(cell.exercise for cell in solutions(chapter)) == sorted(names)
    for cell in solutions(chapter):
        assert hasattr(dlutils, cell.exercise)
        known = mistakes.of(cell.exercise)
        one_liner = sum(isinstance(n, ast.stmt) for n in ast.walk(ast.parse(cell.source))) <= 3
        assert len(known) >= (2 if one_liner else 4), f"too few mistakes of {cell.exercise}"
        assert all(mistake.chapter == chapter.topic for mistake in known)
        assert len({m.name for m in known}) == len({m.hint for m in known}) == len(known)
        assert len(all_alternatives().get(cell.exercise, [])) >= 2, cell.exercise


def bare(tree):
    """A syntax tree without docstrings and decorators."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            node.decorator_list = []
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:]
    return ast.dump(tree)


@each_chapter
def test_solutions_and_library_are_the_same_code(chapter):
    for cell in solutions(chapter):
        theirs = next(
            node
            for node in ast.parse(cell.source).body
            if getattr(node, "name", None) == cell.exercise
        )
        reference = inspect.unwrap(getattr(dlutils, cell.exercise))
        module = Path(inspect.getsourcefile(reference))
        ours = next(
            node
            for node in ast.parse(module.read_text()).body
            if getattr(node, "name", None) == cell.exercise
        )
        assert bare(theirs) == bare(ours), cell.exercise


@each_chapter
def test_the_release_leaks_nothing(chapter):
    text = chapter.release.read_text()
    assert "BEGIN SOLUTION" not in text and "BEGIN HIDDEN" not in text
    nb = nbformat.read(chapter.release, as_version=4)
    for cell in nb.cells:
        assert not cell.get("outputs") and cell.get("execution_count") is None
        if cell.metadata.get("nbgrader", {}).get("solution") and cell.cell_type == "code":
            assert "raise NotImplementedError" in cell.source
    assert "hidden=True" not in text
    assert not (set(nb.metadata) & {"jupytext"})


def test_the_release_holds_notebooks_only():
    files = [p for p in (ROOT / "course").rglob("*") if p.is_file()]
    assert sorted(files) == sorted(chapter.release for chapter in CHAPTERS)


@each_chapter
def test_the_notebook_keeps_the_house_rules(chapter):
    nb = nbformat.read(chapter.notebook, as_version=4)
    assert chapter.notebook.stat().st_size < 1_000_000
    prose = [
        c.source for c in nb.cells if c.cell_type == "markdown" and "nbgrader" not in c.metadata
    ]
    number = int(chapter.name[:2])
    assert prose[0].startswith(f"# {number}. ")
    headings = re.findall(r"^(#+) ", "\n".join(prose), flags=re.M)
    assert headings.count("#") == 1 and set(headings) <= {"#", "##"}
    exercises = re.findall(r"^## Exercise (\S+): (\w+)", "\n".join(prose), flags=re.M)
    names = [cell.exercise for cell in solutions(chapter)]
    assert exercises == [(f"{number}.{i}", name) for i, name in enumerate(names, start=1)]
    for before, cell in zip(nb.cells, nb.cells[1:], strict=False):
        nbgrader = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not nbgrader.get("locked"):
            assert before.cell_type == "markdown", f"no prose before: {cell.source[:60]}"
        outputs = [o for o in cell.get("outputs", []) if o.output_type != "stream"]
        assert len(outputs) <= 1, f"more than one output: {cell.source[:60]}"
        assert not any(o.get("name") == "stderr" for o in cell.get("outputs", []))


@each_chapter
def test_a_chapter_asks_one_question_by_hand_and_offers_one_plaything(chapter):
    roles = [cell.role for cell in source.read(chapter)]
    assert roles.count("answer") >= 1 and "play" in roles and "experiment" in roles


def test_conda_installs_what_pip_does():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    project = (ROOT / "pyproject.toml").read_text()
    python = re.search(r'requires-python = ">=([\d.]+)"', project).group(1)
    assert f"python>={python}" in conda and "pip" in conda
    assert pip == {"pip": ["-e .[cluster,dev]"]}
    assert re.search(r"^dev = \[\"dlcourse\[grading\]\"", project, flags=re.M)


def test_the_lock_covers_every_dependency():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in project["optional-dependencies"].values():
        wanted += extra
    names = {re.match(r"[\w-]+", line).group().lower() for line in wanted} - {"dlcourse"}
    lock = (ROOT / "requirements.lock").read_text()
    locked = re.findall(r"^([\w-]+)==", lock, flags=re.M)
    assert names <= set(locked)
    assert len(locked) == len(set(locked)), "a package is locked in two versions"


def test_built_files_are_marked_as_generated():
    attributes = (ROOT / ".gitattributes").read_text()
    assert "*.ipynb linguist-generated=true -diff" in attributes


def test_notebooks_are_json_of_one_form():
    for chapter in CHAPTERS:
        for path in (chapter.notebook, chapter.release):
            text = path.read_text()
            assert (
                text
                == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
            )
