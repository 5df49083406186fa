#!/usr/bin/env python3
"""Do the pages speak of what exists?

    tests/docs/check_pages.py [--root DIR]

  links   every relative link of docs/**/*.md and README.md leads to a file or folder, and its #part to a
          heading of the page
  paths   `core/view.hpp`, `<qwen3vl/cpu.hpp>`, `tests/ops/add_cases.hpp`, in docs/: such a file is there,
          from the top, from include/qwen3vl or from tests/golden
  names   `RMSNorm`, `rms_norm`, `Cpu::Matmul`, in docs/: each word occurs in our code or golden data.
          docs/reference.md is exempt: it names the reference's
"""
import argparse
import pathlib
import re
import sys

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`]+)`")
HEADER = re.compile(r"^<(qwen3vl/[\w/]+\.\w+)>$")
PATH = re.compile(r"^[\w.]+(/[\w.]+)+\.(hpp|cpp|cu|py|cmake|md|txt|json|jinja|safetensors)$")
NAME = re.compile(r"^[A-Za-z_]\w*(::[A-Za-z_]\w*)*(\(\))?$")
WORD = re.compile(r"[A-Za-z_]\w*")
CODE_FOLDERS = ["include", "examples", "tests", "benchmarks", "cmake", "docs"]
CODE_ENDINGS = {".hpp", ".cpp", ".cu", ".py", ".cmake", ".txt", ".in"}


def prose(page):
    """(line number, line) of a page, without its fenced blocks."""
    inside = False
    for number, line in enumerate(page.read_text().splitlines(), 1):
        if line.startswith("```"):
            inside = not inside
        elif not inside:
            yield number, line


def headings(page):
    """The anchors of a page, as its host makes them."""
    anchors = set()
    for _, line in prose(page):
        if line.startswith("#"):
            text = re.sub(r"[^\w\- ]", "", line.lstrip("#").strip().lower())
            anchors.add(text.replace(" ", "-"))
    return anchors


def known_words(root):
    words = set()
    for folder in CODE_FOLDERS:
        for file in (root / folder).rglob("*"):
            if file.suffix in CODE_ENDINGS and file.is_file():
                words |= set(WORD.findall(file.read_text(errors="replace")))
    for file in [root / "CMakeLists.txt", root / "CMakePresets.json", *(root / "tests/golden").rglob("*config.json")]:
        if file.is_file():
            words |= set(WORD.findall(file.read_text()))
    return words


def check_links(root, page, number, line, complaints):
    for target in LINK.findall(re.sub(r"`[^`]*`", "", line.replace("[`", "[").replace("`]", "]"))):
        if re.match(r"^[a-z]+:", target):
            continue
        path, _, part = target.partition("#")
        to = (page.parent / path).resolve() if path else page
        if not to.exists():
            complaints.append(f"{page.relative_to(root)}:{number}: {target} leads nowhere")
        elif part and (to.suffix != ".md" or part not in headings(to)):
            complaints.append(f"{page.relative_to(root)}:{number}: {target}: no such heading")


def check_code(root, page, number, line, words, complaints):
    for code in CODE.findall(line):
        header = HEADER.match(code)
        if header or PATH.match(code):
            path = header[1] if header else code
            places = [root, root / "include", root / "include/qwen3vl", root / "tests/golden"]
            if not any((place / path).is_file() for place in places):
                complaints.append(f"{page.relative_to(root)}:{number}: `{code}`: there is no such file")
        elif words is not None and NAME.match(code):
            for word in WORD.findall(code):
                if word not in words:
                    complaints.append(f"{page.relative_to(root)}:{number}: `{code}`: our code has no {word}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).parent.parent.parent)
    root = parser.parse_args().root.resolve()
    words, complaints, links = known_words(root), [], 0
    for page in [*sorted((root / "docs").rglob("*.md")), root / "README.md"]:
        if not page.is_file():
            continue
        ours = None if page.name == "reference.md" else words
        for number, line in prose(page):
            links += len(LINK.findall(line))
            check_links(root, page, number, line, complaints)
            if page.name != "README.md" or page.parent != root:
                check_code(root, page, number, line, ours, complaints)
    for complaint in complaints:
        print(complaint, file=sys.stderr)
    print(f"{links} links looked at, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
