"""What a base image from outside puts into the environment, as far as it can be known.

`base_env`, given by the user, tells it for every such image. Names in IMAGE_NAMES that it does
not tell are unknown, unless it holds PATH: every image's configuration does, so that one is taken
for complete. All other names (RUSTFLAGS, CFLAGS, CC, ...) are taken to be unset in base images;
that is an assumption, and `base_env` the way to say where an image departs from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from diag.flow.values import UNKNOWN, Value, known

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Names that images set about themselves, or that the runtime sets from the image's files.
IMAGE_NAMES = (
    "PATH", "HOME", "HOSTNAME", "TERM", "TZ", "LANG", "LANGUAGE", "LC_ALL", "DEBIAN_FRONTEND",
    "LD_LIBRARY_PATH", "LIBRARY_PATH", "RUSTUP_HOME", "CARGO_HOME", "RUST_VERSION",
    "RUSTUP_TOOLCHAIN", "GOPATH", "GOROOT", "GOTOOLCHAIN", "GOLANG_VERSION", "JAVA_HOME",
    "JAVA_VERSION", "MAVEN_HOME", "GRADLE_HOME", "PYTHON_VERSION", "PYTHON_SHA256", "GPG_KEY",
    "VIRTUAL_ENV", "NODE_VERSION", "YARN_VERSION", "RUBY_VERSION", "GEM_HOME", "PHP_VERSION",
    "GCC_VERSION", "LLVM_VERSION", "CONDA_DIR", "CUDA_VERSION", "CUDA_HOME",
    "NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES",
)  # fmt: skip


def image_env(base_env: Mapping[str, str], place: str) -> dict[str, Value]:
    """The environment that an outside image, named at `place`, starts a stage with."""
    through = (place,)
    told = {
        name: known(text, exported=True, came_through=through) for name, text in base_env.items()
    }
    # HOME is the runtime's, from the image's passwd file: no configuration tells it.
    names = ("HOME",) if "PATH" in told else IMAGE_NAMES
    unknown = replace(UNKNOWN, is_exported=True, came_through=through)
    return {**dict.fromkeys(names, unknown), **told}


def scratch_env(place: str) -> dict[str, Value]:
    """The environment of a stage on nothing: the engine gives it a PATH, the runtime a HOME."""
    home = replace(UNKNOWN, is_exported=True, came_through=(place,))
    return {"PATH": known(DEFAULT_PATH, exported=True), "HOME": home}
