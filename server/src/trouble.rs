//! A tool server that does as badly as a tool server can, when a test tells it to: only in the
//! binary with fail points.

use std::{fs::File, io::Write as _, thread};

use tokio::signal::unix::{SignalKind, signal};

/// SIGUSR1: hangs up half, by closing standard output and living on. SIGUSR2: writes without end.
pub fn on_signal() -> std::io::Result<()> {
    let (mut half, mut flood) =
        (signal(SignalKind::user_defined1())?, signal(SignalKind::user_defined2())?);
    tokio::spawn(async move {
        loop {
            let done = tokio::select! {
                _ = half.recv() => hang_up_half(),
                _ = flood.recv() => flood_out(),
            };
            if let Err(error) = done {
                eprintln!("no trouble could be made: {error}");
            }
        }
    });
    Ok(())
}

fn hang_up_half() -> std::io::Result<()> {
    let nowhere = File::options().write(true).open("/dev/null")?;
    // The pipe's only end on this side is gone with it.
    rustix::stdio::dup2_stdout(&nowhere)?;
    Ok(())
}

fn flood_out() -> std::io::Result<()> {
    let mut out = File::options().write(true).open("/proc/self/fd/1")?;
    // Until the other side hangs up.
    thread::spawn(move || while out.write_all(&[b'x'; 65_536]).is_ok() {});
    Ok(())
}
