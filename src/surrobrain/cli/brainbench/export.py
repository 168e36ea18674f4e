"""``surrobrain brainbench export``: test cases for the Language Model Evaluation Harness."""

from typing import Any

import click

from surrobrain.cli.options import emit, output_options

__all__ = ["export"]


@click.command()
@click.argument("file", type=click.Path())
@click.argument("folder", type=click.Path())
@click.option("--name", default="brainbench", show_default=True, help="Of the task.")
@click.option(
    "--on-bad",
    default="raise",
    show_default=True,
    type=click.Choice(["raise", "drop", "keep", "repair"]),
    help="Refuse a bad case, leave it out, take its versions as they stand, or close its bracket.",
)
@click.option(
    "--seed",
    type=int,
    default=42,
    show_default=True,
    help="Of the coin that decides which version stands first.",
)
@output_options
def export(file: str, folder: str, name: str, on_bad: Any, seed: int, as_json: bool) -> None:
    """Write the test cases in FILE as a task FOLDER of lm-evaluation-harness.

    \b
    surrobrain brainbench export cases.jsonl tasks/brainbench
    lm_eval --include_path tasks/brainbench --tasks brainbench --model hf \\
        --model_args pretrained=gpt2
    """  # fmt: skip
    from surrobrain.brainbench.export import export_task
    from surrobrain.cli.cases import cases_from

    items = cases_from(file, on_bad=on_bad)
    written = export_task(items, folder, name=name, seed=seed)
    payload = {"folder": str(written), "task": name, "n_cases": len(items)}
    said = f"{len(items)} cases in {written}\nlm_eval --include_path {written} --tasks {name} ..."
    emit(payload, said, as_json=as_json)
