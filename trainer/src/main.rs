//! The trainer's command line.

use anyhow::Result;
use clap::Parser;
use trainer::command::Command;

fn main() -> Result<()> {
    Command::parse().run()
}
