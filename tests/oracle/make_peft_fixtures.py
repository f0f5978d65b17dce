"""Writes tests/files/fixtures/peft: adapters as the real Hugging Face PEFT saves them, with base and outputs, for a suite without it.

.venv/bin/python tests/oracle/make_peft_fixtures.py       (needs torch and peft)
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))


def main() -> None:
    import lora_cases
    import peft
    import peft_model
    from lora_cases import PEFT_FIXTURES as FOLDER
    from safetensors.numpy import save_file

    import nnlab

    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    weights = nnlab.Session(lora_cases.base()).parameters
    save_file(weights, FOLDER / "base.safetensors", {"peft": peft.__version__})
    for name, case in lora_cases.PEFT_CASES.items():
        with tempfile.TemporaryDirectory() as place:
            outputs = peft_model.trained(weights, case, Path(place) / name)
            peft_model.clean(Path(place) / name)
            shutil.copytree(Path(place) / name, FOLDER / name)
        save_file({"outputs": outputs}, FOLDER / f"{name}.safetensors")
    print(f"{FOLDER}: {len(lora_cases.PEFT_CASES)} adapters of PEFT {peft.__version__}")


if __name__ == "__main__":
    main()
