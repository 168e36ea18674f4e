import json
import socket
import warnings

import pytest
import torch
from peft import LoraConfig, get_peft_model

from surrobrain.errors import MissingDependency
from surrobrain.pretrained.language import fingerprint, load_language, load_tokenizer
from surrobrain.pretrained.likelihood import score_texts
from tests.tiny_language import language, network, tokenizer_of_words

TEXT = "the firing rate of neurons rises ."


@pytest.fixture
def folder(tmp_path):
    network("llama").save_pretrained(tmp_path / "model")
    tokenizer_of_words().save_pretrained(tmp_path / "model")
    return tmp_path / "model"


def test_a_folder(folder):
    model = load_language(folder, device="cpu")
    assert (model.model_type, model.device, model.name) == ("llama", "cpu", str(folder))
    assert not model.model.training
    assert model.model.dtype == torch.float32
    expected = score_texts(language("llama"), [TEXT])[0].log_likelihood
    assert score_texts(model, [TEXT])[0].log_likelihood == expected


def test_an_adapter_finds_its_base(folder, tmp_path):
    torch.manual_seed(0)
    recipe = LoraConfig(r=2, target_modules=["q_proj"], init_lora_weights=False)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*is_gradient_checkpointing", FutureWarning)
        adapted = get_peft_model(network("llama"), recipe)
    adapted.peft_config["default"].base_model_name_or_path = str(folder)
    adapted.save_pretrained(tmp_path / "adapter")
    model = load_language(tmp_path / "adapter", device="cpu")
    plain = load_language(folder, device="cpu")
    scores = [score_texts(m, [TEXT], method=how)[0].log_likelihood
              for m in (model, plain) for how in ("auto", "one_by_one")]  # fmt: skip
    assert scores[0] == pytest.approx(scores[1], rel=1e-6)
    assert scores[2] == pytest.approx(scores[3], rel=1e-6)
    assert scores[0] != pytest.approx(scores[2], rel=1e-4)
    assert fingerprint(model) != fingerprint(plain)
    (tmp_path / "adapter" / "adapter_model.safetensors").unlink()
    with pytest.raises(ValueError, match=r"no adapter_model\.safetensors"):
        load_language(tmp_path / "adapter")


def test_pickled_weights_are_refused_unless_asked_for(folder):
    (folder / "model.safetensors").unlink()
    torch.save(network("llama").state_dict(), folder / "pytorch_model.bin")
    with pytest.raises(ValueError, match=r"has no weights as safetensors.*pickled=True"):
        load_language(folder, device="cpu")
    model = load_language(folder, device="cpu", pickled=True)
    assert fingerprint(model) == fingerprint(language("llama"))


def test_what_is_not_there(folder, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"holds no config\.json and no adapter_config"):
        load_language(tmp_path)
    with pytest.raises(FileNotFoundError, match="no language model 'nobody/nothing'"):
        load_language("nobody/nothing", local_files_only=True, device="cpu")
    for file in folder.glob("tokenizer*"):
        file.unlink()
    with pytest.raises(FileNotFoundError, match="holds a model but no tokenizer"):
        load_language(folder, device="cpu")
    with pytest.raises(FileNotFoundError, match="no tokenizer could be loaded for 'nobody/"):
        load_tokenizer("nobody/nothing", local_files_only=True)
    (tmp_path / "adapter_config.json").write_text("{}")
    with pytest.raises(ValueError, match="does not say which model it adapts"):
        load_language(tmp_path, device="cpu")


def test_the_hub_is_not_asked_for_local_files(folder, monkeypatch):
    asked = []

    def look_up(host, *given, **also):
        asked.append(host)
        raise OSError("no network")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with pytest.raises(FileNotFoundError):
        load_language("nobody/nothing", local_files_only=True, device="cpu")
    load_language(folder, device="cpu")
    assert asked == []


def test_devices_and_dtypes(folder):
    with pytest.raises(ValueError, match="device='tpu' cannot be used here"):
        load_language(folder, device="tpu")
    with pytest.raises(ValueError, match="no dtype 'float23'; did you mean 'float32'"):
        load_language(folder, device="cpu", dtype="float23")
    assert load_language(folder, device="cpu", dtype="bfloat16").model.dtype == torch.bfloat16


def test_code_that_comes_with_a_model_is_not_run(folder):
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "strange", "auto_map": {"AutoConfig": "strange.Strange"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "strange.py").write_text("raise SystemExit('this code was run')")
    with pytest.raises(ValueError, match="could not be loaded as a causal model"):
        load_language(folder, device="cpu")


def test_the_package_it_needs(monkeypatch, folder):
    def absent(name, package=None):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr("importlib.import_module", absent)
    with pytest.raises(MissingDependency, match=r"surrobrain\[language\]"):
        load_language(folder)


def test_fingerprints_tell_models_apart_and_not_runs():
    assert fingerprint(language("llama")) == fingerprint(language("llama"))
    assert len({fingerprint(language(kind)) for kind in ("llama", "mistral", "gpt2")}) == 3
    assert fingerprint(language("llama")) != fingerprint(language("llama", seed=1))
