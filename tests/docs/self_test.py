#!/usr/bin/env python3
"""Would docs/cut_code.py and check_pages.py notice? Each fault below, in a small tree, must be reported."""
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CUT, CHECK = HERE.parent.parent / "docs/cut_code.py", HERE / "check_pages.py"
SOURCE = "int one() {\n  return 1;\n}\nint two() {\n  return 2;\n}\n"
MARKER = '<!-- cut: examples/a.cpp from "  return 2" to "  return 2" -->\n'


def run(tool, root, *options):
    done = subprocess.run([sys.executable, tool, "--root", root, *options], capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


def tree(directory, page):
    root = pathlib.Path(directory)
    for folder in ["docs", "examples"]:
        (root / folder).mkdir(exist_ok=True)
    (root / "examples/a.cpp").write_text(SOURCE)
    (root / "docs/page.md").write_text(page)
    return root


def expect(tool, page, code, words, *options):
    with tempfile.TemporaryDirectory() as directory:
        got, text = run(tool, tree(directory, page), *options)
        if got != code or words not in text:
            sys.exit(f"{tool.name} on\n{page}\nexit code {got}, should be {code}; should say: {words}\nsaid: {text}")


def main():
    good = MARKER + "```cpp\nreturn 2;\n```\n"
    expect(CUT, good, 0, "", "--check")
    expect(CUT, good.replace("return 2;\n", "return 3;\n"), 1, "not what its file says now", "--check")
    expect(CUT, good.replace("a.cpp", "b.cpp"), 1, "there is no such file", "--check")
    expect(CUT, good.replace('from "  return 2"', 'from "return 2"'), 1, 'no line begins with "return 2"', "--check")
    expect(CUT, good.replace('to "  return 2"', 'to "}}"'), 1, "no line from 5 on", "--check")
    expect(CUT, good.replace("from", "form"), 1, "cannot be read", "--check")
    expect(CUT, good.replace('" -->', '" plus 1 -->').replace("return 2;\n", "  return 2;\n}\n"), 0, "", "--check")
    expect(CUT, MARKER + "text\n", 1, "no fence below", "--check")
    expect(CUT, "```cpp\nint three();\n```\n", 1, "cut from no file", "--check")
    expect(CUT, "```sh\nls\n```\n", 0, "", "--check")
    expect(CUT, good.replace("return 2;\n", "return 3;\n"), 0, "cut anew")
    with tempfile.TemporaryDirectory() as directory:  # what was cut anew is current
        root = tree(directory, MARKER + "```cpp\n```\n")
        if run(CUT, root)[0] != 0 or run(CUT, root, "--check")[0] != 0:
            sys.exit("cut_code.py: a page just cut is stale")
        if (root / "docs/page.md").read_text() != good:
            sys.exit("cut_code.py: " + (root / "docs/page.md").read_text())

    expect(CHECK, "# A part\n[a](../examples/a.cpp) [b](#a-part) [c](https://example.org) `two()` `examples/a.cpp`\n", 0, "3 links")
    expect(CHECK, "[a](gone.md)\n", 1, "gone.md leads nowhere")
    expect(CHECK, "[`a`](gone.md)\n", 1, "gone.md leads nowhere")
    expect(CHECK, "# A part\n[a](#another)\n", 1, "no such heading")
    expect(CHECK, "`examples/b.cpp`\n", 1, "no such file")
    expect(CHECK, "`<qwen3vl/gone.hpp>`\n", 1, "no such file")
    expect(CHECK, "`three()`\n", 1, "our code has no three")
    expect(CHECK, "```sh\n[a](gone.md) `three()`\n```\n", 0, "0 complaints")


main()
