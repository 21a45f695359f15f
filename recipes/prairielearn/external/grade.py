"""Grade the answers of one PrairieLearn submission: each of its names that is the id of an exercise."""

import json
import os
from pathlib import Path

import graphtutor as gt
from graphtutor.batch.formats import NOTHING, as_prairielearn
from graphtutor.tutor.exercises import library

home = Path(os.environ.get("GRADE", "/grade"))
submitted = json.loads((home / "data" / "data.json").read_text("utf-8"))["submitted_answers"]
asked = [{"id": name, "exercise": name, "answer": answer} for name, answer in submitted.items() if name in library()]
results = as_prairielearn(gt.grade_many(asked, jobs=1) or [NOTHING])
(home / "results" / "results.json").write_text(json.dumps(results, ensure_ascii=False), "utf-8")
