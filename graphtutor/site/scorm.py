"""The site as a package for a learning platform: SCORM 1.2 and 2004, which take score, completion and each answer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from html import escape

from .compiler import EPOCH

YEARS = ("1.2", "2004")
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest identifier="graphtutor-{build}" version="1" {namespaces}>
 <metadata><schema>ADL SCORM</schema><schemaversion>{version}</schemaversion></metadata>
 <organizations default="course"><organization identifier="course"><title>{title}</title>
  <item identifier="lesson" identifierref="page"><title>{title}</title></item></organization></organizations>
 <resources><resource identifier="page" type="webcontent" adlcp:{kind}="sco" href="index.html">
{files}
 </resource></resources>
</manifest>
"""
SPACES = {
    "1.2": 'xmlns="http://www.imsproject.org/xsd/imscp_rootv1p1p2" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_rootv1p2"',
    "2004": 'xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"',
}


def manifest(year: str, title: str, build: str, names: list[str]) -> str:
    """Return imsmanifest.xml: one item, its page, and every file of it."""
    files = "\n".join(f'  <file href="{escape(name)}"/>' for name in sorted(names))
    version, kind = ("1.2", "scormtype") if year == "1.2" else ("2004 4th Edition", "scormType")
    return MANIFEST.format(build=build, namespaces=SPACES[year], version=version, title=escape(title), kind=kind, files=files)  # fmt: skip


def package(year: str, title: str, build: str, files: Mapping[str, bytes]) -> bytes:
    """Return the zip of a package: the site's files under its manifest, the same bytes each time."""
    out = io.BytesIO()
    told = {"imsmanifest.xml": manifest(year, title, build, list(files)).encode(), **files}
    with zipfile.ZipFile(out, "w") as made:
        for name in sorted(told):
            packed = name.endswith((".zip", ".whl"))
            made.writestr(
                zipfile.ZipInfo(name, EPOCH), told[name], zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
