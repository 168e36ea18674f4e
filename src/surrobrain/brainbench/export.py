"""Test cases as a task of the Language Model Evaluation Harness."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from surrobrain.brainbench.item import Item
from surrobrain.files import write_text
from surrobrain.seeds import Seed, generator

__all__ = ["export_task"]

_task = """\
# lm_eval --include_path THIS_FOLDER --tasks {name} --model hf --model_args pretrained=gpt2
task: {name}
custom_dataset: !function cases.load
test_split: test
output_type: multiple_choice
doc_to_text: ""
doc_to_choice: choices
doc_to_target: label
target_delimiter: ""
num_fewshot: 0
# The whole text is the answer, without a question: its log-likelihood is compared in all (acc),
# per character (acc_norm) and per byte (acc_bytes). The mean per token is not offered there.
metric_list:
  - {{metric: acc, aggregation: mean, higher_is_better: true}}
  - {{metric: acc_norm, aggregation: mean, higher_is_better: true}}
  - {{metric: acc_bytes, aggregation: mean, higher_is_better: true}}
metadata:
  version: 1.0
"""

_loader = '''\
"""Give the harness the cases that lie beside this file, wherever the folder is put."""

from pathlib import Path

import datasets


def load(**metadata):
    """Return the cases as the split "test"."""
    file = Path(__file__).with_name("cases.jsonl")
    return datasets.load_dataset("json", data_files={"test": str(file)})
'''


def export_task(
    items: Sequence[Item], folder: str | Path, *, name: str = "brainbench", seed: Seed = 42
) -> Path:
    """Write test cases as a task folder that lm-evaluation-harness finds by ``--include_path``.

    Parameters
    ----------
    items : sequence of Item
        Test cases.
    folder : str or Path
        Gets ``NAME.yaml``, ``cases.jsonl`` and the function that joins them.
    name : str
        Of the task: small letters, digits and underscores.
    seed : int or Generator
        A coin decides which version stands first, since the harness gives ties to the first.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ValueError
        There is no case, or the name is not one the harness takes.

    Examples
    --------
    >>> import tempfile
    >>> from surrobrain.brainbench.brackets import parse_brackets
    >>> item = parse_brackets("Rate [[rises, falls]].", id="1")
    >>> folder = export_task([item], tempfile.mkdtemp())
    >>> sorted(path.name for path in folder.iterdir())
    ['brainbench.yaml', 'cases.jsonl', 'cases.py']
    """
    if not items:
        raise ValueError("there is no case to export; give at least one")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        raise ValueError(
            f"a task is named by small letters, digits and underscores, but {name!r} arrived"
        )
    target = Path(folder)
    first = generator(seed).integers(2, size=len(items))  # 1 where the altered version stands first
    lines = (
        json.dumps(_case(item, altered_first=bool(coin)), ensure_ascii=False)
        for item, coin in zip(items, first, strict=True)
    )
    write_text(target / "cases.jsonl", "".join(line + "\n" for line in lines))
    write_text(target / "cases.py", _loader)
    write_text(target / f"{name}.yaml", _task.format(name=name))
    return target


def _case(item: Item, *, altered_first: bool) -> dict[str, object]:
    versions = [item.original, item.altered]
    return {
        "id": item.id,
        "choices": versions[::-1] if altered_first else versions,
        "label": int(altered_first),
        "subfield": item.subfield or "",
        "doi": item.doi or "",
        "date": item.date.isoformat() if item.date else "",
    }
