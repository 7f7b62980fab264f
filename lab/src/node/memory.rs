//! Memory and CPU of a process, read from `/proc`.

/// Bytes the process itself holds (anonymous and shared memory; the program's text is shared
/// by all pods and belongs to none of them).
pub fn resident_bytes(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some((field(&status, "RssAnon:")? + field(&status, "RssShmem:").unwrap_or_default()) * 1024)
}

fn field(status: &str, key: &str) -> Option<u64> {
    status.lines().find_map(|line| line.strip_prefix(key))?.split_whitespace().next()?.parse().ok()
}

/// CPU seconds the process has used. Linux counts in hundredths of a second.
pub fn cpu_seconds(pid: u32) -> Option<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, rest) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    let user: u32 = fields.get(11)?.parse().ok()?;
    let system: u32 = fields.get(12)?.parse().ok()?;
    Some(f64::from(user + system) / 100.0)
}

/// The machine's memory in KiB.
pub fn machine_memory_kib() -> u64 {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    field(&info, "MemTotal:").unwrap_or(1024 * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_memory() {
        assert!(resident_bytes(std::process::id()).unwrap() > 100_000);
        assert!(cpu_seconds(std::process::id()).is_some());
        assert!(resident_bytes(u32::MAX).is_none());
    }
}
