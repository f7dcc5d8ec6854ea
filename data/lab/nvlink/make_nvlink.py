"""Records what nvlink says: `python make_nvlink.py`, with CUDA's nvcc and nvlink (13.0; no GPU).

truth.json holds the rows that each log must give. `use.cu` calls one function from three places
and reads one variable: nvlink names each symbol once for an object, so the numbers are lower
bounds. The names are C++'s, mangled as nvlink prints them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAB = Path("/tmp/diag-made/nvlink")
FILES = {
    "use.cu": "__device__ int lab_scale(int); extern __device__ int lab_level;\n"
    "__global__ void lab_one(int *o) { *o = lab_scale(1) + lab_scale(2) + lab_level; }\n"
    "__global__ void lab_two(int *o) { *o = lab_scale(3); }\n",
    "give.cu": "__device__ int lab_scale(int x) { return 2 * x; }\n__device__ int lab_level = 1;\n",
    "again.cu": "__device__ int lab_scale(int x) { return 3 * x; }\n",
    "deep.cu": "__device__ int lab_scale(int); extern __device__ int lab_level;\n"
    "__device__ int lab_root(int x) { return lab_scale(x) + lab_level; }\n",
    "root.cu": "__device__ int lab_root(int);\n__global__ void lab_go(int *o) { *o = lab_root(1); }\n",
    "wide.cu": "__device__ double lab_level = 2;\n",
    "broken.o": "no object\n",
}
ARCH = "-arch=sm_80"
SETUP = (
    *(
        f"nvcc -rdc=true {ARCH} -c {name}.cu -o {name}.o"
        for name in ("use", "give", "again", "wide", "deep", "root")
    ),
    "nvcc -rdc=true -arch=sm_90 -c give.cu -o give90.o",
    "ar rcs libuse.a use.o",
    "ar rcs libdeep.a deep.o",
)
SCALE, LEVEL = "_Z9lab_scalei", "lab_level"


def undefined(name: str, member: str | None = None) -> list[dict[str, object]]:
    told = {"kind": "undefined", "object": name, "member": member, "is_lower_bound": True}
    return [{**told, "symbol": symbol} for symbol in (SCALE, LEVEL)]


# name: (command, rows)
CASES: dict[str, tuple[str, list[dict[str, object]]]] = {
    "undefined": (f"nvlink {ARCH} use.o -o out.cubin", undefined("use.o")),
    "undefined-nvcc": (f"nvcc {ARCH} use.o -o out", undefined("use.o")),
    "undefined-member": (
        f"nvlink {ARCH} root.o libdeep.a -o out.cubin",
        undefined("libdeep.a", "deep.o"),
    ),
    "size-differs": (
        f"nvlink {ARCH} wide.o libuse.a -o out.cubin",
        [{"kind": "other", "symbol": LEVEL, "object": "libuse.a", "member": "use.o"}],
    ),
    "duplicate": (
        f"nvlink {ARCH} give.o again.o -o out.cubin",
        [{"kind": "duplicate", "symbol": SCALE, "object": "again.o"}],
    ),
    "missing-object": (
        f"nvlink {ARCH} use.o nosuch.o -o out.cubin",
        [{"kind": "object_not_found", "object": "nosuch.o"}],
    ),
    # nvlink says the same of a file that is there and is no object.
    "broken-object": (
        f"nvlink {ARCH} give.o broken.o -o out.cubin",
        [{"kind": "object_not_found", "object": "broken.o"}],
    ),
    "other-arch": (
        f"nvlink {ARCH} use.o give90.o -o out.cubin",
        [{"kind": "wrong_arch", "object": "give90.o"}, *undefined("use.o")],
    ),
    # The same warning, and nothing undefined: no error.
    "other-arch-harmless": (f"nvlink {ARCH} give.o give90.o -o out.cubin", []),
    "clean": (f"nvlink {ARCH} -v use.o give.o -o out.cubin", []),
}


def main() -> None:
    shutil.rmtree(LAB, ignore_errors=True)
    LAB.mkdir(parents=True)
    for name, text in FILES.items():
        (LAB / name).write_text(text)
    for step in SETUP:
        subprocess.run(step.split(), cwd=LAB, check=True)
    for name, (command, _) in CASES.items():
        ran = subprocess.run(
            command.split(), cwd=LAB, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        (HERE / f"{name}.log").write_text(
            f"$ {command}\n{ran.stdout}# exit status {ran.returncode}\n"
        )
    truth = {
        name: [{"linker": "nvlink", **row} for row in rows] for name, (_, rows) in CASES.items()
    }
    (HERE / "truth.json").write_text(json.dumps(truth, indent=1) + "\n")
    shutil.rmtree(LAB)


if __name__ == "__main__":
    main()
