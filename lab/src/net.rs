//! Loopback addresses of a range: every range has its own /24 of 127.0.0.0/8, derived from its base port.

use std::net::Ipv4Addr;

/// Service addresses are 127.a.b.2 to 127.a.b.29, pod addresses 127.a.b.30 to 127.a.b.250.
const SERVICES: std::ops::RangeInclusive<u8> = 2..=29;
const PODS: std::ops::RangeInclusive<u8> = 30..=250;

/// Ports and addresses of one range.
#[derive(Debug, Clone, Copy)]
pub struct Net {
    /// The first of the range's ports.
    pub base: u16,
}

impl Net {
    /// Port of the Kubernetes API (TLS).
    pub fn api_port(self) -> u16 {
        self.base
    }

    /// Port of Prometheus.
    pub fn prometheus_port(self) -> u16 {
        self.base + 1
    }

    /// Port of Alertmanager.
    pub fn alertmanager_port(self) -> u16 {
        self.base + 2
    }

    /// Port of the range's own metrics and service discovery.
    pub fn metrics_port(self) -> u16 {
        self.base + 3
    }

    /// Port of the load generator's control endpoint.
    pub fn loadgen_port(self) -> u16 {
        self.base + 4
    }

    /// Port of the shop's repository.
    pub fn github_port(self) -> u16 {
        self.base + 5
    }

    fn address(self, last: u8) -> Ipv4Addr {
        let [high, low] = self.base.to_be_bytes();
        // 127.0.x.y is where other programs live, so the second octet is never 0.
        Ipv4Addr::new(127, high.max(1), low, last)
    }

    /// A service address that `taken` does not hold.
    pub fn free_service(self, taken: &[String]) -> Option<Ipv4Addr> {
        SERVICES.map(|last| self.address(last)).find(|ip| !taken.contains(&ip.to_string()))
    }

    /// A pod address that `taken` does not hold, the search starting after `hint` so that
    /// an address is not reused at once.
    pub fn free_pod(self, taken: &[String], hint: u64) -> Option<Ipv4Addr> {
        let size = u64::from(*PODS.end() - *PODS.start()) + 1;
        (0..size).find_map(|step| {
            let offset = u8::try_from((hint + step) % size).ok()?;
            let ip = self.address(*PODS.start() + offset);
            (!taken.contains(&ip.to_string())).then_some(ip)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_loopback_and_not_taken() {
        let net = Net { base: 19_000 };
        let first = net.free_pod(&[], 0).unwrap();
        assert!(first.is_loopback());
        let second = net.free_pod(&[first.to_string()], 0).unwrap();
        assert_ne!(first, second);
        assert_ne!(net.free_service(&[]), Net { base: 19_010 }.free_service(&[]));
    }
}
