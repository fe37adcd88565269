#!/usr/bin/python3
"""Makes the captcha's typefaces: cuts the originals down to capitals and digits and gives them names of their own.

    apt-get install fonttools
    npm install --prefix DIR @fontsource/{alfa-slab-one,archivo-black,lilita-one,paytone-one,rowdies}@5.3.0
    fonts/subset.py DIR/node_modules/@fontsource

The originals may not lend their (reserved) names to changed versions: OFL 1.1, section 3.
"""
import shutil
import string
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent
# package -> name of the cut-down typeface, weight of the original
TYPEFACES = {
    "rowdies": ("Challenge Angular", 700),
    "alfa-slab-one": ("Challenge Slab", 400),
    "archivo-black": ("Challenge Grotesque", 400),
    "lilita-one": ("Challenge Narrow", 400),
    "paytone-one": ("Challenge Round", 400),
}
COPYRIGHT, FAMILY, STYLE, UNIQUE, FULL, VERSION, POSTSCRIPT, LICENCE, LICENCE_URL = 0, 1, 2, 3, 4, 5, 6, 13, 14


def cut_down(source: Path, name: str, target: Path) -> None:
    options = subset.Options(layout_features=[], hinting=False, notdef_outline=True, name_IDs=["*"])
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "DSIG", "gasp", "STAT"]
    font = TTFont(source)
    cutter = subset.Subsetter(options)
    cutter.populate(text=string.ascii_uppercase + string.digits)
    cutter.subset(font)
    font.flavor = None
    names = font["name"]
    postscript = name.replace(" ", "") + "-Regular"
    replaced = {FAMILY: name, STYLE: "Regular", UNIQUE: postscript, FULL: name, POSTSCRIPT: postscript}
    kept = (COPYRIGHT, VERSION, LICENCE, LICENCE_URL)
    names.names = [record for record in names.names if record.nameID in kept and record.platformID == 3]
    for name_id, text in replaced.items():
        names.setName(text, name_id, 3, 1, 0x409)
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)


for package, (name, weight) in TYPEFACES.items():
    folder = Path(sys.argv[1]) / package
    file_name = name.lower().replace(" ", "-")
    cut_down(folder / "files" / f"{package}-latin-{weight}-normal.woff", name, HERE / f"{file_name}.ttf")
    shutil.copyfile(folder / "LICENSE", HERE / f"{file_name}.OFL.txt")
