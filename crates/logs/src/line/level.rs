//! How serious a line says it is.

use serde::Serialize;

/// Severity of a line, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Level {
    /// Steps of a computation.
    Trace,
    /// For those who look for a fault.
    Debug,
    /// Ordinary business.
    Info,
    /// Something is odd, work goes on.
    Warn,
    /// A piece of work failed.
    Error,
    /// The process or the system can't go on.
    Fatal,
}

impl Level {
    /// All levels, from least to most.
    pub const ALL: [Self; 6] =
        [Self::Trace, Self::Debug, Self::Info, Self::Warn, Self::Error, Self::Fatal];

    /// The level of a name as loggers write it, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        // Nothing longer than `CRITICAL` or `EMERGENCY` is a level; most words are sorted out here.
        if name.len() > 11 || name.len() < 3 {
            return None;
        }
        let mut lower = [0; 11];
        let lower = lower.get_mut(..name.len())?;
        lower.copy_from_slice(name.as_bytes());
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"trace" | b"verbose" | b"finest" | b"finer" | b"silly" => Self::Trace,
            b"debug" | b"fine" | b"dbg" | b"config" => Self::Debug,
            b"info" | b"notice" | b"information" | b"inf" | b"informational" => Self::Info,
            b"warn" | b"warning" | b"wrn" => Self::Warn,
            b"error" | b"err" | b"eror" | b"severe" | b"failure" => Self::Error,
            b"fatal" | b"critical" | b"crit" | b"panic" | b"emerg" | b"emergency" | b"alert" => {
                Self::Fatal
            }
            _ => return None,
        })
    }

    /// The level of a single letter, as klog and logcat write it.
    pub fn from_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b'V' | b'T' => Self::Trace,
            b'D' => Self::Debug,
            b'I' => Self::Info,
            b'W' => Self::Warn,
            b'E' => Self::Error,
            b'F' | b'C' => Self::Fatal,
            _ => return None,
        })
    }

    /// The level of a syslog severity, 0 (emergency) to 7 (debug).
    pub fn from_syslog(severity: u8) -> Option<Self> {
        Some(match severity {
            0..=2 => Self::Fatal,
            3 => Self::Error,
            4 => Self::Warn,
            5 | 6 => Self::Info,
            7 => Self::Debug,
            _ => return None,
        })
    }

    /// The level of a number as pino and bunyan write it, 10 to 60.
    pub fn from_number(number: u64) -> Option<Self> {
        Some(match number {
            10 => Self::Trace,
            20 => Self::Debug,
            30 => Self::Info,
            40 => Self::Warn,
            50 => Self::Error,
            60 => Self::Fatal,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Level;

    #[test]
    fn names_in_any_case() {
        assert_eq!(Level::from_name("WARNING"), Some(Level::Warn));
        assert_eq!(Level::from_name("Severe"), Some(Level::Error));
        assert_eq!(Level::from_name("errors"), None);
        assert_eq!(Level::from_name("a very long word"), None);
        assert_eq!(Level::from_name(""), None);
    }

    #[test]
    fn numbers_and_letters() {
        assert_eq!(Level::from_number(50), Some(Level::Error));
        assert_eq!(Level::from_syslog(3), Some(Level::Error));
        assert_eq!(Level::from_letter(b'E'), Some(Level::Error));
        assert_eq!(Level::from_letter(b'x'), None);
    }

    #[test]
    fn worse_is_greater() {
        assert!(Level::ALL.is_sorted());
    }
}
