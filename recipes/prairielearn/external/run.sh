#!/usr/bin/env bash
# PrairieLearn runs this in the grader's image: /grade/data/data.json in, /grade/results/results.json out.
set -euo pipefail
export GRADE=${GRADE:-/grade}
mkdir -p "$GRADE/results"
exec "${PYTHON:-python3}" "$(dirname "$0")/grade.py"
