//! `agent-mem-server` checks itself; `agent-mem-server serve ADDRESS` answers queries over a line protocol.

mod check;
mod sample;
mod serve;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        [] | ["check"] => check::run(),
        ["serve", address] => serve::run(address),
        _ => {
            eprintln!("usage: agent-mem-server [check | serve ADDRESS]");
            ExitCode::from(2)
        }
    }
}
