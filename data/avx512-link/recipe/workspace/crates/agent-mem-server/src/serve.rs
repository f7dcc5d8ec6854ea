//! One query a line, numbers parted by spaces; the answer is one line of row numbers.

use crate::sample;
use agent_mem_index::{search, Store, Tier};
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::ExitCode;

pub fn run(address: &str) -> ExitCode {
    let store = sample::store(1000);
    let tier = Tier::of_this_machine();
    let listener = match TcpListener::bind(address) {
        Ok(listener) => listener,
        Err(error) => {
            eprintln!("cannot listen on {address}: {error}");
            return ExitCode::FAILURE;
        }
    };
    for stream in listener.incoming() {
        // A client that goes away early is its own business.
        if let Err(error) = stream.and_then(|stream| answer(&store, tier, stream)) {
            eprintln!("client: {error}");
        }
    }
    ExitCode::SUCCESS
}

fn answer(store: &Store, tier: Tier, stream: TcpStream) -> io::Result<()> {
    let mut writer = stream.try_clone()?;
    for line in BufReader::new(stream).lines() {
        match parse(&line?) {
            Ok(query) => {
                let rows: Vec<String> =
                    search(store, tier, &query, 64, 5).iter().map(|hit| hit.row.to_string()).collect();
                writeln!(writer, "{}", rows.join(" "))?;
            }
            Err(reason) => writeln!(writer, "error: {reason}")?,
        }
    }
    Ok(())
}

fn parse(line: &str) -> Result<Vec<f32>, String> {
    let numbers: Result<Vec<f32>, _> = line.split_whitespace().map(str::parse).collect();
    let numbers = numbers.map_err(|error| error.to_string())?;
    if numbers.len() != sample::LENGTH {
        return Err(format!("{} numbers wanted, {} given", sample::LENGTH, numbers.len()));
    }
    Ok(numbers)
}
