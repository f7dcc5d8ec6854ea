//! Compiles the C kernels, each source by a compiler call of its own, and tells the Rust side what it may use.

use std::env;
use std::path::PathBuf;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=c/f16_dot.c");
    println!("cargo:rerun-if-changed=c/dist_table.c");

    let arch = env::var("CARGO_CFG_TARGET_ARCH").expect("cargo names the target architecture");
    match arch.as_str() {
        "x86_64" => {
            // Only a compiler that knows AVX-512 FP16 accepts this CPU.
            if build_f16("avx512", &["-march=sapphirerapids"]).is_ok() {
                println!("cargo:rustc-cfg=kernel_support=\"avx512\"");
            }
            if let Err(refusal) = build_dist_table("avx512", &["-march=native"]) {
                println!("cargo:warning=skipping the avx512 build of dist_table.c: the compiler refused it");
                warn_lines(&refusal);
            }
        }
        "aarch64" => {
            build_f16("neon", &[]).expect("the plain f16 kernel compiles");
            build_dist_table("neon", &[]).expect("the plain distance-table kernel compiles");
            println!("cargo:rustc-cfg=kernel_support=\"neon\"");
        }
        other => println!("cargo:warning=no C kernels for {other}, the scalar path is used"),
    }
}

fn build_f16(suffix: &str, flags: &[&str]) -> Result<(), String> {
    if env::var_os("CARGO_FEATURE_FP16KERNELS").is_none() {
        println!("cargo:warning=feature fp16kernels is off, f16_dot.c is not compiled");
        return Ok(());
    }
    compile("f16_dot", suffix, flags)
}

fn build_dist_table(suffix: &str, flags: &[&str]) -> Result<(), String> {
    compile("dist_table", suffix, flags)
}

/// Makes `lib<name>_<suffix>.a` of `c/<name>.c`; the error is what the compiler said.
fn compile(name: &str, suffix: &str, flags: &[&str]) -> Result<(), String> {
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let object = out.join(format!("{name}_{suffix}.o"));
    let archive = out.join(format!("lib{name}_{suffix}.a"));

    let mut compiler = Command::new(tool("CC").unwrap_or_else(|| "cc".into()));
    compiler
        .args(["-O3", "-ffast-math", "-ffunction-sections", "-fPIC", "-Wall", "-Wextra", "-Wno-psabi", "-std=gnu11"])
        .arg(format!("-DSUFFIX={suffix}"))
        .args(flags)
        // What the user asks for comes last and so wins, as in the cc crate.
        .args(tool("CFLAGS").unwrap_or_default().split_whitespace())
        .arg("-c")
        .arg(format!("c/{name}.c"))
        .arg("-o")
        .arg(&object);
    run(&mut compiler)?;
    run(Command::new(tool("AR").unwrap_or_else(|| "ar".into())).arg("crsD").arg(&archive).arg(&object))?;

    println!("cargo:rustc-link-search=native={}", out.display());
    println!("cargo:rustc-link-lib=static={name}_{suffix}");
    Ok(())
}

/// `CC_x86_64_unknown_linux_gnu`, then plain `CC`: the order in which the cc crate looks.
fn tool(variable: &str) -> Option<String> {
    let target = env::var("TARGET").expect("cargo sets TARGET");
    let candidates = [
        format!("{variable}_{target}"),
        format!("{variable}_{}", target.replace('-', "_")),
        variable.to_owned(),
    ];
    for name in &candidates {
        println!("cargo:rerun-if-env-changed={name}");
    }
    candidates.iter().find_map(|name| env::var(name).ok())
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

fn warn_lines(text: &str) {
    for line in text.lines() {
        println!("cargo:warning={line}");
    }
}
