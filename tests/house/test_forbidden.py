"""What the package never does: pickle, evaluate text, reach the network, seed globally."""

import ast

from tests.house.source import calls, every_module, imports

IMPORTS = {
    "aiohttp", "cloudpickle", "dill", "ftplib", "http", "httpx", "marshal", "pickle", "random",
    "requests", "shelve", "smtplib", "socket", "urllib",
}  # fmt: skip
CALLS = {
    "eval", "exec", "joblib.dump", "joblib.load", "np.random.seed", "os.popen", "os.system",
    "pd.read_pickle", "random.seed", "torch.load", "torch.manual_seed", "torch.save",
}  # fmt: skip
WRITERS = {"np.save", "np.savez", "np.savez_compressed", "np.savetxt"}
ALLOWED = {
    "exec": "mechanistic/kernels/",  # compiles the loop that was generated from a drift
    "cloudpickle": "parallel.py",  # in memory, between the processes of one user
    "http": "transport.py",  # the one place that reaches the network, when asked to
    "urllib": "transport.py",
}
THE_WRITER = "files.py"


@every_module
def test_no_dangerous_import(module):
    found = {name for name in imports(module) if name != "urllib.parse"}  # it only joins text
    for name in {name.split(".")[0] for name in found} & IMPORTS:
        assert module.name.startswith(ALLOWED.get(name, "nowhere")), f"{module.name} imports {name}"


@every_module
def test_no_dangerous_call(module):
    for name, call in calls(module):
        where = f"{module.name}:{call.lineno} {name}"
        allowed = module.name.startswith(ALLOWED.get(name, "nowhere"))
        assert name not in CALLS or allowed, f"{where} is forbidden"
        for keyword in call.keywords:
            unsafe = keyword.arg == "allow_pickle" and ast.unparse(keyword.value) != "False"
            assert not unsafe, f"{where} allows pickles"


@every_module
def test_files_are_written_in_one_place(module):
    if module.name == THE_WRITER:
        return
    for name, call in calls(module):
        mode = ast.unparse(call.args[1]) if name == "open" and len(call.args) > 1 else "'r'"
        writes = set(mode) & set("wax+") or name.endswith((".write_text", ".write_bytes"))
        assert not writes, f"{module.name}:{call.lineno} {name} writes; use surrobrain.files"
        in_memory = call.args and ast.unparse(call.args[0]) == "stream"
        assert name not in WRITERS or in_memory, f"{module.name}:{call.lineno} {name} writes"
