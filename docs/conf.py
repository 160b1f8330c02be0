"""Sphinx configuration. The pages under reference/ are written from the code when the documentation is built."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "OpenILR"
author = "The OpenILR authors"
copyright = "The OpenILR authors. MIT licence. Facts about the ILR: Crown copyright, Open Government Licence v3.0"

extensions = ["myst_parser", "reference_pages"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_ext"]

html_theme = "furo"
html_title = "OpenILR"
html_copy_source = False
html_show_sphinx = False
