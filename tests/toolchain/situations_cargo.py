"""The situations that real cargo is asked about (record_cargo.py)."""

from __future__ import annotations

from typing import Any

HOST = "x86_64-unknown-linux-gnu"
ARM = "aarch64-unknown-linux-gnu"
ARMV7 = "armv7-unknown-linux-gnueabihf"
HERE = "/proj/app/.cargo/config.toml"
ABOVE = "/proj/.cargo/config.toml"
HOME = "/home/.cargo/config.toml"
BUILD = '[build]\nrustflags = ["--cfg", "build"]\n'
OF_HOST = f'[target.{HOST}]\nrustflags = ["--cfg", "triple"]\n'
OF_ARM = f'[target.{ARM}]\nrustflags = ["--cfg", "arm"]\n'
VAR_HOST = "CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS"
VAR_ARM = "CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUSTFLAGS"


def _s(
    name: str, argv: str | list[str], files: dict[str, str] | None = None, cwd: str = "", **env: str
) -> dict[str, Any]:
    words = argv.split() if isinstance(argv, str) else argv
    found: dict[str, Any] = {"name": name, "argv": words, "env": env}
    return found | ({"files": files} if files else {}) | ({"cwd": cwd} if cwd else {})


SITUATIONS = [
    _s("nothing", "cargo build"),
    _s("nothing, target", f"cargo build --target {HOST}"),
    # --- the environment
    _s("RUSTFLAGS", "cargo build", RUSTFLAGS="--cfg env"),
    _s("RUSTFLAGS, target", f"cargo build --target {HOST}", RUSTFLAGS="--cfg env"),
    _s("RUSTFLAGS, other target", f"cargo build --target={ARM}", RUSTFLAGS="--cfg env"),
    _s("RUSTFLAGS twice spaced", "cargo build", RUSTFLAGS="  --cfg   env  "),
    _s("RUSTFLAGS tab and newline", "cargo build", RUSTFLAGS="--cfg\tenv --cfg two\n"),
    _s("RUSTFLAGS quotes", "cargo build", RUSTFLAGS="--cfg 'a b' -C \"x=y z\""),
    _s("RUSTFLAGS empty", "cargo build", {HERE: BUILD + OF_HOST}, RUSTFLAGS=""),
    _s("RUSTFLAGS space", "cargo build", {HERE: BUILD}, RUSTFLAGS=" "),
    _s("RUSTFLAGS over config", "cargo build", {HERE: BUILD + OF_HOST}, RUSTFLAGS="--cfg env"),
    _s("encoded", "cargo build", CARGO_ENCODED_RUSTFLAGS="--cfg\x1fa b\x1f-g"),
    _s("encoded over RUSTFLAGS", "cargo build", CARGO_ENCODED_RUSTFLAGS="-g", RUSTFLAGS="--cfg env"),
    _s("encoded empty", "cargo build", CARGO_ENCODED_RUSTFLAGS="", RUSTFLAGS="--cfg env"),
    _s("encoded ends in separator", "cargo build", CARGO_ENCODED_RUSTFLAGS="-g\x1f"),
    _s("target variable", "cargo build", **{VAR_HOST: "--cfg var"}),
    _s("target variable of another", "cargo build", **{VAR_ARM: "--cfg var"}),
    _s("target variable, target", f"cargo build --target {ARM}", **{VAR_ARM: "--cfg var"}),
    _s("target variable empty", "cargo build", {HERE: BUILD}, **{VAR_HOST: ""}),
    _s("target variable lower case", "cargo build", **{VAR_HOST.lower(): "--cfg var"}),
    _s("build variable", "cargo build", CARGO_BUILD_RUSTFLAGS="--cfg bvar"),
    _s("build variable empty", "cargo build", {HERE: BUILD}, CARGO_BUILD_RUSTFLAGS=""),
    _s("build variable, config", "cargo build", {HERE: BUILD}, CARGO_BUILD_RUSTFLAGS="--cfg bvar"),
    _s("build variable, target config", "cargo build", {HERE: OF_HOST}, CARGO_BUILD_RUSTFLAGS="--cfg bvar"),
    _s("build and target variable", "cargo build", CARGO_BUILD_RUSTFLAGS="--cfg bvar", **{VAR_HOST: "--cfg var"}),
    _s("RUSTFLAGS and target variable", "cargo build", RUSTFLAGS="--cfg env", **{VAR_HOST: "--cfg var"}),
    # --- the configuration
    _s("build config", "cargo build", {HERE: BUILD}),
    _s("build config, target", f"cargo build --target {ARM}", {HERE: BUILD}),
    _s("target config", "cargo build", {HERE: OF_HOST + BUILD}),
    _s("target config of another", "cargo build", {HERE: OF_ARM + BUILD}),
    _s("target config, target", f"cargo build --target {ARM}", {HERE: OF_ARM + OF_HOST + BUILD}),
    _s("target config and variable", "cargo build", {HERE: OF_HOST}, **{VAR_HOST: "--cfg var"}),
    _s("target config empty list", "cargo build", {HERE: f"[target.{HOST}]\nrustflags = []\n{BUILD}"}),
    _s("string of flags", "cargo build", {HERE: "[build]\nrustflags = \" --cfg  'a b' \"\n"}),
    _s("list with a space", "cargo build", {HERE: '[build]\nrustflags = ["--cfg a", "b"]\n'}),
    _s("config without suffix", "cargo build", {"/proj/app/.cargo/config": BUILD}),
    _s("both names", "cargo build", {"/proj/app/.cargo/config": OF_HOST, HERE: BUILD}),
    _s("inline table", "cargo build", {HERE: f"target = {{ {HOST} = {{ rustflags = '-g' }} }}\n"}),
    _s("dotted keys", "cargo build", {HERE: f"build.rustflags = '-g'\ntarget.{HOST}.linker = 'l'\n"}),
    _s("quoted triple", "cargo build", {HERE: f'[target."{HOST}"]\nrustflags = "-g"\n'}),
    _s("wrong case of triple", "cargo build", {HERE: f'[target.{HOST.upper()}]\nrustflags = "-g"\n'}),
    # --- cfg
    _s("cfg", "cargo build", {HERE: "[target.'cfg(unix)']\nrustflags = ['--cfg', 'c']\n" + BUILD}),
    _s("cfg and triple", "cargo build", {HERE: "[target.'cfg(unix)']\nrustflags = '-C c'\n" + OF_HOST}),
    _s("cfg and variable", "cargo build", {HERE: "[target.'cfg(unix)']\nrustflags = '-C c'\n"}, **{VAR_HOST: "--cfg var"}),
    _s("two cfgs", "cargo build", {HERE: "[target.'cfg(unix)']\nrustflags = '-C z'\n[target.'cfg(target_os = \"linux\")']\nrustflags = '-C a'\n"}),
    _s("cfg of arch", f"cargo build --target {ARM}", {HERE: "[target.'cfg(target_arch = \"aarch64\")']\nrustflags = '-C c'\n[target.'cfg(target_arch = \"x86_64\")']\nrustflags = '-C d'\n"}),
    _s("cfg all not any", f"cargo build --target {ARMV7}", {HERE: "[target.'cfg(all(target_arch = \"arm\", not(any(windows, target_env = \"musl\"))))']\nrustflags = '-C c'\n"}),
    _s("cfg all of nothing", "cargo build", {HERE: "[target.'cfg(all())']\nrustflags = '-C c'\n[target.'cfg(any())']\nrustflags = '-C d'\n"}),
    _s("cfg width endian", f"cargo build --target {ARMV7}", {HERE: "[target.'cfg(all(target_pointer_width = \"32\", target_endian = \"little\", target_abi = \"eabihf\", target_vendor = \"unknown\"))']\nrustflags = '-C c'\n"}),
    _s("cfg true", "cargo build", {HERE: "[target.'cfg(true)']\nrustflags = '-C c'\n[target.'cfg(false)']\nrustflags = '-C d'\n"}),
    _s("cfg of no meaning", "cargo build", {HERE: "[target.'cfg(foo)']\nrustflags = '-C c'\n" + BUILD}),
    _s("cfg broken", "cargo build", {HERE: "[target.'cfg(all(unix)']\nrustflags = '-C c'\n" + BUILD}),
    _s("cfg linker", "cargo build", {HERE: "[target.'cfg(unix)']\nlinker = 'ld-cfg'\n"}),
    # --- which files
    _s("above", "cargo build", {ABOVE: BUILD}),
    _s("home", "cargo build", {HOME: BUILD}),
    _s("cargo home", "cargo build", {"/ch/config.toml": BUILD, HOME: OF_HOST}, CARGO_HOME="@/ch"),
    _s("lists joined", "cargo build", {HERE: BUILD, ABOVE: BUILD.replace("build\"]", "above\"]"), HOME: BUILD.replace("build\"]", "home\"]")}),
    _s("strings not joined", "cargo build", {HERE: "[build]\nrustflags = '-C here'\n", HOME: "[build]\nrustflags = '-C home'\n"}),
    _s("string over list", "cargo build", {HERE: "[build]\nrustflags = '-C here'\n", HOME: BUILD}),
    _s("list over string", "cargo build", {HERE: BUILD, HOME: "[build]\nrustflags = '-C home'\n"}),
    _s("string and variable", "cargo build", {HERE: "[build]\nrustflags = '-C here'\n"}, CARGO_BUILD_RUSTFLAGS="-C bvar"),
    _s("target above, build here", "cargo build", {HERE: BUILD, ABOVE: OF_HOST}),
    _s("other folder", "cargo build --manifest-path ../app/Cargo.toml", {HERE: BUILD, "/proj/mac/.cargo/config.toml": OF_HOST}, cwd="/proj/mac"),
    _s("manifest from outside", "cargo build --manifest-path @/proj/app/Cargo.toml", {HERE: BUILD}, cwd="/other"),
    _s("manifest before subcommand", "cargo --config build.rustflags=['-g'] build --manifest-path=@/proj/app/Cargo.toml", {HERE: BUILD}, cwd="/other"),
    _s("-C stable", "cargo -Z unstable-options -C @/proj/app build", {HERE: BUILD}, cwd="/other"),
    _s("-C nightly", "cargo +nightly -Z unstable-options -C @/proj/app build", {HERE: BUILD, "/other/.cargo/config.toml": OF_HOST}, cwd="/other"),
    _s("nightly", "cargo +nightly build", {HERE: BUILD}),
    _s("-C without a space", "cargo +nightly -Zunstable-options -C@/proj/app build", {HERE: BUILD}, cwd="/other"),
    _s("home is above", "cargo build", {ABOVE: BUILD}, CARGO_HOME="@/proj/.cargo"),
    _s("cargo home relative", "cargo build", {"/proj/app/ch/config.toml": BUILD}, CARGO_HOME="ch"),
    _s("cargo home empty", "cargo build", {HOME: BUILD}, CARGO_HOME=""),
    _s("from a folder below", "cargo build", {HERE: BUILD}, cwd="/proj/app/src"),
    _s("broken file", "cargo build", {HERE: "[build\nrustflags = 1\n"}),
    _s("broken file, RUSTFLAGS", "cargo build", {HERE: "[build\n"}, RUSTFLAGS="-g"),
    _s("wrong type", "cargo build", {HERE: "[build]\nrustflags = 1\n"}),
    _s("wrong type in list", "cargo build", {HERE: "[build]\nrustflags = ['-g', 1]\n"}),
    _s("include", "cargo build", {HERE: "include = ['more.toml']\n" + BUILD, "/proj/app/.cargo/more.toml": "[build]\nrustflags = ['-C', 'more']\n"}),
    _s("empty file", "cargo build", {HERE: ""}),
    # --- --config
    _s("--config value", "cargo build --config build.rustflags='-g'".replace("'", '"')),
    _s("--config over file", ["cargo", "build", "--config", "build.rustflags=['-g']"], {HERE: BUILD}),
    _s("--config over variable", ["cargo", "build", "--config", "build.rustflags=['-g']"], CARGO_BUILD_RUSTFLAGS="--cfg bvar"),
    _s("--config under RUSTFLAGS", ["cargo", "build", "--config", "build.rustflags=['-g']"], RUSTFLAGS="--cfg env"),
    _s("--config target", ["cargo", "--config", f"target.{HOST}.rustflags=['-g']", "build"], {HERE: OF_HOST}, **{VAR_HOST: "--cfg var"}),
    _s("--config twice", ["cargo", "build", "--config", "build.rustflags=['-C','one']", "--config", "build.rustflags=['-C','two']"], {HERE: BUILD}),
    _s("--config file", "cargo build --config ../extra.toml", {"/proj/extra.toml": BUILD}),
    _s("--config file and list", "cargo build --config @/proj/extra.toml", {"/proj/extra.toml": "[build]\nrustflags = ['-C', 'extra']\n", HERE: BUILD}),
    _s("--config file missing", "cargo build --config nowhere.toml"),
    _s("--config=", ["cargo", "build", "--config=build.rustflags=['-g']"]),
    _s("--config string over list", ["cargo", "build", "--config", "build.rustflags='-g'"], {HERE: BUILD}),
    # --- targets
    _s("CARGO_BUILD_TARGET", "cargo build", CARGO_BUILD_TARGET=HOST, RUSTFLAGS="-g"),
    _s("CARGO_BUILD_TARGET empty", "cargo build", CARGO_BUILD_TARGET="", RUSTFLAGS="-g"),
    _s("build.target", "cargo build", {HERE: f"[build]\ntarget = '{ARM}'\n{OF_ARM}"}),
    _s("build.target list", "cargo build", {HERE: f"[build]\ntarget = ['{ARM}', '{HOST}']\n{OF_ARM}"}),
    _s("--target over build.target", f"cargo build --target {HOST}", {HERE: f"[build]\ntarget = '{ARM}'\n{OF_ARM}{OF_HOST}"}),
    _s("variable over build.target", "cargo build", {HERE: f"[build]\ntarget = '{ARM}'\n{OF_ARM}{OF_HOST}"}, CARGO_BUILD_TARGET=HOST),
    _s("--config build.target", ["cargo", "build", "--config", f"build.target='{ARM}'"], {HERE: OF_ARM}, CARGO_BUILD_TARGET=HOST),
    _s("two targets", f"cargo build --target {HOST} --target {ARM}", {HERE: OF_HOST + OF_ARM}),
    _s("two targets, RUSTFLAGS", f"cargo build --target {HOST} --target {ARM}", RUSTFLAGS="-g"),
    _s("host-tuple", "cargo build --target host-tuple", {HERE: OF_HOST}, RUSTFLAGS="-g"),
    _s("unknown target", "cargo build --target no-such-target", RUSTFLAGS="-g"),
    _s("target-applies-to-host", f"cargo build --target {HOST}", {HERE: "target-applies-to-host = true\n" + BUILD}),
    _s("target-applies-to-host nightly", "cargo +nightly -Z target-applies-to-host build", {HERE: "target-applies-to-host = false\n" + BUILD}),
    _s("host-config nightly", f"cargo +nightly -Z target-applies-to-host -Z host-config build --target {HOST}", {HERE: "[host]\nrustflags = ['--cfg', 'h']\n" + BUILD}),
    # --- more
    _s("release", "cargo b -r", RUSTFLAGS="-g"),
    _s("check", "cargo check", RUSTFLAGS="-g"),
    _s("test", "cargo test --no-run", RUSTFLAGS="-g"),
    _s("quiet before", "cargo -q --color never build", RUSTFLAGS="-g"),
    _s("rustc --", "cargo rustc -- --cfg given", RUSTFLAGS="-g"),
    _s("rustc -- target", f"cargo rustc --target {ARM} -- --cfg given", RUSTFLAGS="-g"),
    _s("build --", "cargo build -- --cfg given", RUSTFLAGS="-g"),
    _s("install --path", "cargo install --path . --root @/inst", {HERE: BUILD}),
    _s("install --path from outside", "cargo install --path @/proj/app --root @/inst", {HERE: BUILD, "/other/.cargo/config.toml": OF_HOST}, cwd="/other"),
    _s("alias", "cargo bb", {HERE: f"[alias]\nbb = 'build --target {ARM}'\n{OF_ARM}"}),
    _s("alias list", "cargo bb --release", {HERE: f"[alias]\nbb = ['build', '--target', '{ARM}']\n{OF_ARM}"}),
    _s("alias variable", "cargo bb", {HERE: OF_ARM}, CARGO_ALIAS_BB=f"build --target {ARM}"),
    _s("alias of a builtin", "cargo build", {HERE: f"[alias]\nbuild = 'check --target {ARM}'\n{OF_ARM}{OF_HOST}"}),
    _s("profile rustflags", "cargo build", {HERE: "[profile.dev]\nrustflags = ['-C', 'p']\n"}),
    _s("profile rustflags nightly", "cargo +nightly -Z profile-rustflags build", {HERE: "[profile.dev]\nrustflags = ['-C', 'p']\n"}, RUSTFLAGS="-g"),
    _s("[env] RUSTFLAGS", "cargo build", {HERE: "[env]\nRUSTFLAGS = '-g'\nCFLAGS = '-O2'\n" + BUILD}),
    _s("[env] CFLAGS and variable", "cargo build", {HERE: "[env]\nCFLAGS = '-O2'\nCC = { value = 'c', force = true }\n"}, CFLAGS="-O1", CC="mine"),
    _s("[env] relative", "cargo build", {HERE: "[env]\nCC = { value = 'bin/cc', relative = true }\n"}),
    _s("[env] CARGO_BUILD_TARGET", "cargo build", {HERE: f"[env]\nCARGO_BUILD_TARGET = '{ARM}'\n"}),
    # --- the linker
    _s("linker config", "cargo build", {HERE: f"[target.{HOST}]\nlinker = 'ld-config'\n"}),
    _s("linker variable", "cargo build", CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER="ld-var"),
    _s("linker variable over config", "cargo build", {HERE: f"[target.{HOST}]\nlinker = 'ld-config'\n"}, CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER="ld-var"),
    _s("linker --config", ["cargo", "build", "--config", f"target.{HOST}.linker='ld-cli'"], CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER="ld-var"),
    _s("linker, other target", f"cargo build --target {ARM}", {HERE: f"[target.{ARM}]\nlinker = 'ld-arm'\n[target.{HOST}]\nlinker = 'ld-host'\n"}),
    _s("linker, target is host", f"cargo build --target {HOST}", {HERE: f"[target.{HOST}]\nlinker = 'ld-host'\n"}),
    _s("linker triple over cfg", "cargo build", {HERE: f"[target.{HOST}]\nlinker = 'ld-host'\n[target.'cfg(unix)']\nlinker = 'ld-cfg'\n"}),
    _s("linker two cfgs", "cargo build", {HERE: "[target.'cfg(unix)']\nlinker = 'ld-unix'\n[target.'cfg(target_os = \"linux\")']\nlinker = 'ld-linux'\n"}),
    _s("linker with a slash", "cargo build", {HERE: f"[target.{HOST}]\nlinker = 'tools/ld'\n"}),
    _s("linker variable empty", "cargo build", CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_LINKER=""),
]  # fmt: skip
