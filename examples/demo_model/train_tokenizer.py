#!/usr/bin/env python3
"""Trains the demo model's byte-level BPE vocabulary on what its tasks ask and answer.

    train_tokenizer.py --released DIR --output checkpoint

DIR holds a released Qwen3-VL's tokenizer.json, tokenizer_config.json and chat_template: the split regex, the
normaliser, the 26 added tokens and the template are taken over as they are; only entries and ids are new.
"""
import argparse
import json
import os
import re
import shutil

import numpy as np
from tokenizers import Tokenizer
from tokenizers.models import BPE
from tokenizers.pre_tokenizers import ByteLevel
from tokenizers.trainers import BpeTrainer

from items import HALVES
from words import WORDS


def corpus(count):
    """Prompts and answers, Chinese character by character, so that no whole sentence becomes an entry; of what is
    read off pictures only each word once, so that reading stays a matter of letters."""
    rng = np.random.default_rng([0, 0, 0])
    for _ in range(count):
        for turn in HALVES[1].training_item(rng).turns:
            for text in [turn.prompt] + [turn.answer] * (turn.metric not in ("reading", "table")):
                yield re.sub(r"([\u3000-\uffef])", r"\n\1\n", text)
    yield "<table><tr><th>1</th><th>1</th></tr><tr><td>1</td><td>1</td></tr></table>\n" * 2000
    yield "user\nassistant\nsystem\n" * 2000
    for word in WORDS:
        yield f"{word} {word.capitalize()}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--released", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--entries", type=int, default=2048, help="vocabulary with the added tokens")
    arguments = parser.parse_args()
    os.makedirs(arguments.output, exist_ok=True)

    with open(os.path.join(arguments.released, "tokenizer.json"), encoding="utf-8") as file:
        released = json.load(file)
    added = sorted(released["added_tokens"], key=lambda token: token["id"])
    released["added_tokens"] = []
    released["model"]["vocab"], released["model"]["merges"] = {}, []
    tokenizer = Tokenizer.from_str(json.dumps(released))
    base = arguments.entries - len(added)
    trainer = BpeTrainer(vocab_size=base, initial_alphabet=ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(corpus(20000), trainer)

    trained = json.loads(tokenizer.to_str())
    assert len(trained["model"]["vocab"]) == base, len(trained["model"]["vocab"])
    ids = {}
    for k, token in enumerate(added):
        ids[token["id"]] = base + k
        trained["added_tokens"].append({**token, "id": base + k})
    write = lambda name, value: json.dump(value, open(os.path.join(arguments.output, name), "w", encoding="utf-8"), ensure_ascii=False, indent=1)
    write("tokenizer.json", trained)
    with open(os.path.join(arguments.released, "tokenizer_config.json"), encoding="utf-8") as file:
        config = json.load(file)
    config["added_tokens_decoder"] = {str(ids[int(k)]): v for k, v in config["added_tokens_decoder"].items()}
    config["model_max_length"] = 4096
    config.pop("chat_template", None)
    write("tokenizer_config.json", config)
    for name in ("chat_template.jinja", "chat_template.json"):
        source = os.path.join(arguments.released, name)
        if os.path.exists(source):
            shutil.copyfile(source, os.path.join(arguments.output, name))


if __name__ == "__main__":
    main()
