#!/usr/bin/env python3
"""Keeps the code of the docs equal to files that compile.

    docs/cut_code.py            rewrites every marked block of docs/**/*.md and README.md
    docs/cut_code.py --check    changes nothing; says which blocks are stale, exit code 1

A marked block is a fence right below a marker:

    <!-- cut: examples/02_one_block.cpp from "  SwiGLU<" to "  mlp.down_proj" -->
    ```cpp
    ...
    ```

`from` and `to` give the beginning of the first and of the last line, indentation included, and both lines
are in; where several lines fit, it is the first. `to "..." plus 1` takes one line more. Without `from` the cut
begins with the file, without `to` it ends with it. What all lines are indented by is taken off. In docs/ every
C++ and Python block must be marked.
"""
import argparse
import pathlib
import re
import sys
import textwrap

MARKER = re.compile(r'^<!-- cut: (\S+?)(?: from "(.+?)")?(?: to "(.+?)"(?: plus (\d+))?)? -->$')
FENCE = re.compile(r"^```(\w*)$")
MUST_BE_CUT = {"cpp", "c++", "cuda", "python", "py"}


class Stale(Exception):
    """A block that cannot be cut; the text says why."""


def cut(root, path, first, last, more):
    """The lines that a marker asks for."""
    file = root / path
    if not file.is_file():
        raise Stale(f"{path}: there is no such file")
    lines = file.read_text().splitlines()
    begin, end = 0, len(lines)
    if first:
        fits = [i for i, line in enumerate(lines) if line.startswith(first)]
        if not fits:
            raise Stale(f'{path}: no line begins with "{first}"')
        begin = fits[0]
    if last:
        fits = [i for i in range(begin, len(lines)) if lines[i].startswith(last)]
        if not fits:
            raise Stale(f'{path}: no line from {begin + 1} on begins with "{last}"')
        end = fits[0] + 1 + int(more or 0)
    return textwrap.dedent("\n".join(lines[begin:end]) + "\n").splitlines()


def rewrite(root, page, complaints):
    """The page with its marked blocks cut anew; what is wrong goes to `complaints`."""
    name = page.relative_to(root)
    lines, out, i = page.read_text().splitlines(), [], 0
    while i < len(lines):
        out.append(lines[i])
        marker, fence = MARKER.match(lines[i]), FENCE.match(lines[i])
        i += 1
        if lines[i - 1].startswith("<!-- cut") and not marker:
            complaints.append(f"{name}:{i}: a marker that cannot be read: {lines[i - 1]}")
        if marker:
            fence = FENCE.match(lines[i]) if i < len(lines) else None
            if not fence:
                complaints.append(f"{name}:{i}: no fence below the marker")
                continue
            out.append(lines[i])
            i += 1
        if not fence:
            continue
        begin = i
        while i < len(lines) and lines[i] != "```":
            i += 1
        if i == len(lines):
            complaints.append(f"{name}:{begin}: a fence without end")
        block = lines[begin:i]
        if marker:
            try:
                block = cut(root, *marker.groups())
            except Stale as reason:
                complaints.append(f"{name}:{begin}: {reason}")
        elif fence[1] in MUST_BE_CUT and name.parts[0] == "docs":
            complaints.append(f"{name}:{begin}: code that is cut from no file")
        out += block + lines[i : i + 1]
        i += 1
    return "\n".join(out) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, report what is stale")
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent)
    options = parser.parse_args()
    root = options.root.resolve()
    pages = sorted((root / "docs").rglob("*.md")) + [page for page in [root / "README.md"] if page.is_file()]
    complaints = []
    for page in pages:
        before, after = page.read_text(), rewrite(root, page, complaints)
        if before == after:
            continue
        if options.check:
            complaints.append(f"{page.relative_to(root)}: a block is not what its file says now; run docs/cut_code.py")
        else:
            page.write_text(after)
            print(f"{page.relative_to(root)}: cut anew")
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
