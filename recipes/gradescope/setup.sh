#!/usr/bin/env bash
# Gradescope runs this once, to build the image.
set -euo pipefail
apt-get update -qq && apt-get install -qq -y python3 python3-pip
python3 -m pip install graphtutor
