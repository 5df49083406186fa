"""A few words without a picture: what the model is for."""
from . import Item, Turn, language, pick


def make(rng, metric=None):
    lang = language(rng)
    prompt = pick(rng, lang, ("Hello", "Hello!", "Hi", "Who are you?", "What can you do?", "Help", "How are you?"),
                  ("你好", "你好!", "你是谁?", "你能做什么?", "帮助"))
    answer = ("I am a very small Qwen3-VL. Show me shapes, a word, a chart, a table, a settings screen or a short clip."
              if lang == "en" else "我是一个很小的Qwen3-VL。请给我看图形、文字、图表、表格、设置界面或短视频。")
    return Item([], [Turn(prompt, answer, "describe")])
