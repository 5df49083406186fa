"""The tasks. Each module draws pictures (or a clip) and knows questions about them with their answers."""
from dataclasses import dataclass, field


@dataclass
class Turn:
    prompt: str
    answer: str
    metric: str                                    # the row of the accuracy table
    check: dict = field(default_factory=dict)      # what judging needs beside the answer: a box, a time


@dataclass
class Item:
    images: list                                   # PIL pictures, in the order of the prompt
    turns: list
    frames: list | None = None                     # of a clip, in place of pictures
    fps: float = 0.0


def pick(rng, language, english, chinese):
    """One wording of a prompt."""
    options = english if language == "en" else chinese
    return options[int(rng.integers(len(options)))]


def language(rng):
    return "en" if rng.random() < 0.62 else "zh"


def joined(lang, parts):
    """a, b and c"""
    if lang == "zh":
        return "、".join(parts)
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def describe_prompt(rng, lang):
    return pick(rng, lang, ("Describe the picture.", "Describe this image.", "What is in this picture?", "What do you see?", "What is in the image?"),
                ("描述这张图片。", "图片里有什么?", "你看到了什么?"))
