//! Writes the seeds of a target into a folder, for `make fuzz`: `seeds <target> <folder>`.

use std::io::{Error, Result};
use std::path::PathBuf;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(target), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err(Error::other("usage: seeds <target> <folder>"));
    };
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder)?;
    for (index, bytes) in evenkeel_fuzzing::seeds::of(&target).into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{index}")), bytes)?;
    }
    Ok(())
}
