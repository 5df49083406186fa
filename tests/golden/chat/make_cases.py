#!/usr/bin/env python3
"""Writes cases.json: random conversations rendered by the released Jinja templates.

    make_cases.py DIR > cases.json

DIR has instruct.jinja, thinking.jinja and qwen2_vl.jinja: the chat templates of Qwen3-VL-8B-Instruct,
Qwen3-VL-8B-Thinking and Qwen2.5-VL-7B-Instruct. Jinja2 3.1, set up as transformers does. Seed 20.
"""
import json
import pathlib
import random
import sys

from jinja2.sandbox import ImmutableSandboxedEnvironment

random.seed(20)
env = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
env.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)

TEXTS = ["Hi", "", "two\nlines\n", " spaced ", "比较这两张图片。", "<think>\nhm\n</think>\n\nyes", "</think>x",
         "a<think>b</think>c</think>\n\nd", "<think>\n\n</think>\n\n", "<tool_response>\nr\n</tool_response>",
         "<tool_response>", "\n\nafter", "<think>no end", "x</think>\n\n\n", "{\"t\": 5}"]
ARGUMENTS = [{}, {"a": 1}, "{\"raw\":true}", "", {"z": [1, 2.5, -0.0, 1e-05, 1e16, 1e22, 0.0001, 123456.789],
             "a": None, "é": {"b": [True, False, []]}}, [1, {"k": "v\t\"q\"\\ \u0001\u007f/"}], 7, "text",
             {"n": 18446744073709551615, "m": -9223372036854775808, "f": 1.0, "g": 5e-324, "h": 1.7976931348623157e308}]
TOOLS = [{"type": "function", "function": {"name": "f", "description": "Größe <b> & 'c'",
          "parameters": {"type": "object", "properties": {"b": {"type": "number"}, "a": {"enum": [1, 2.0]}}}}},
         {"name": "g", "x": []}]


def part():
    return random.choice([
        lambda: {"type": "text", "text": random.choice(TEXTS)},
        lambda: {"type": "image", "image": "a.png"},
        lambda: {"type": "image"},
        lambda: {"image_url": {"url": "b.png"}},
        lambda: {"type": "video", "video": "c.mp4"},
        lambda: {"video": ["d.png", "e.png"], "fps": 2.0},
        lambda: {"type": "image", "image": "f.png", "text": "caption"},
        lambda: {"type": "audio", "audio": "g.wav"},
    ])()


def content():
    if random.random() < 0.5:
        return random.choice(TEXTS)
    return [part() for _ in range(random.randrange(4))]


def call():
    body = {"name": random.choice("fg"), "arguments": random.choice(ARGUMENTS)}
    return body if random.random() < 0.5 else {"type": "function", "function": body}


def message(first):
    roles = ["user"] * 4 + ["assistant"] * 4 + ["tool"] * 3 + ["system"] * (6 if first else 1)
    one = {"role": random.choice(roles), "content": content()}
    if one["role"] == "assistant":
        if random.random() < 0.4:
            one["tool_calls"] = [call() for _ in range(random.randrange(3))]
        if random.random() < 0.3:
            one["reasoning_content"] = random.choice(["add", "", "\n", "\nlong\n\nthought\n", None])
    return one


rows = []
for name in ["instruct", "thinking", "qwen2_vl"]:
    template = env.from_string((pathlib.Path(sys.argv[1]) / f"{name}.jinja").read_text())
    for _ in range(120):
        row = {
            "template": name,
            "messages": [message(i == 0) for i in range(random.randrange(1, 7))],
            "tools": random.choice([[], [], TOOLS[:1], TOOLS]) if name != "qwen2_vl" else [],
            "add_vision_id": random.random() < 0.5,
            "add_generation_prompt": random.random() < 0.5,
        }
        row["rendered"] = template.render(**{key: row[key] for key in row if key != "template"})
        rows.append(row)
print(json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":")))
