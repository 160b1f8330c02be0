"""Take the style sheet and the script of GOV.UK Frontend from its npm package into ``src/openilr/web/static``.

    npm pack govuk-frontend@6.3.0
    python tools/vendor_govuk_frontend.py govuk-frontend-6.3.0.tgz

What only services on GOV.UK may show is left out: the GDS Transport font, the crest and every image. The version
belongs to the macros of ``govuk-frontend-jinja``: move both together.
"""

from __future__ import annotations

import re
import sys
import tarfile
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src/openilr/web/static/govuk-frontend"


def style(text: str) -> str:
    """The style sheet with Arial for its font and without images, a rule on each line."""
    text = re.sub(r"@font-face\{[^}]*\}", "", text)
    text = text.replace('"GDS Transport",', "").replace("GDS Transport,", "")
    text = re.sub(r"[^{};]*background-image:url\([^)]*\);?", "", text)
    text = re.sub(r"[^{};]*:url\([^)]*\);?", "", text)
    return re.sub(r"/\*.*?\*/", "", text).replace("}", "}\n").strip() + "\n"


def main(package: str) -> None:
    with tarfile.open(package) as tar:

        def read(name: str) -> str:
            member = tar.extractfile(f"package/dist/govuk/{name}")
            if member is None:
                raise SystemExit(f"The package has no {name}.")
            return member.read().decode()

        css = style(read("govuk-frontend.min.css"))
        script = re.sub(r"//# sourceMappingURL.*", "", read("govuk-frontend.min.js")).strip() + "\n"
    if "url(" in css or "GDS" in css:
        raise SystemExit("The style sheet still names a font or an image; look at what changed.")
    (TARGET / "govuk-frontend.css").write_text(css, "utf-8")
    (TARGET / "govuk-frontend.js").write_text(script, "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
