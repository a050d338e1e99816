"""nbgrader's configuration of this course: folders, the release, how submissions are executed.

Read by `nbgrader ...`, by formgrader and by `dlcourse` alike.
"""

from pathlib import Path

c = get_config()  # noqa: F821 (nbgrader provides it)

c.CourseDirectory.course_id = "deep-learning"
c.CourseDirectory.root = str(Path(__file__).parent.resolve())
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "course"
# nbgrader copies whatever else lies in a chapter's folder into the release: nothing may.
c.CourseDirectory.ignore = ["*.py", "*.pyc", "__pycache__", ".ipynb_checkpoints", "*.npz"]

# An untouched exercise fails by name: the checks say "not written yet".
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# Deleted test cells come back from the gradebook's copy.
c.OverwriteCells.add_missing_cells = True

# Grading: damaged notebooks are repaired first, and the judge executes them, student code in a
# sandbox. `c.Judge.sandbox = False` grades without one; timeout (s), memory (MiB) and processor (s)
# are limits; `c.Judge.run_all = True` runs experiments too.
c.Autograde.sanitize_preprocessors = [
    "dlcourse.autograde.Repair",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "dlcourse.autograde.Execute",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
    "dlcourse.autograde.Finish",
]

# Feedback: our page, from `nbgrader generate_feedback` and formgrader's button too.
c.GenerateFeedback.exporter_class = "dlcourse.feedback.FeedbackExporter"
c.GenerateFeedback.preprocessors = ["dlcourse.autograde.StudentView"]
