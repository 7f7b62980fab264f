//! Which networks a connection may reach.

use evenkeel_tools::network::{AllowedNetworks, UnknownNetwork};

use crate::{ServiceError, clusters::invalid};

fn unknown(error: UnknownNetwork) -> ServiceError {
    invalid("allowed_networks", error.to_string())
}

/// What a person entered, network by network.
pub(super) fn entered(text: &str) -> Result<Vec<String>, ServiceError> {
    AllowedNetworks::cidrs(text).map_err(unknown)
}

/// Refuses an address that could never be connected to, while the person who enters it is there to
/// be told. What a name stands for is checked when it is connected to, and every time.
pub(super) fn check(
    field: &'static str,
    url: &str,
    operator: &str,
    networks: &[String],
) -> Result<(), ServiceError> {
    let allowed = AllowedNetworks::parse(operator).map_err(unknown)?;
    let allowed = allowed.narrowed(networks.iter().map(String::as_str)).map_err(unknown)?;
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    // The port goes; the colons of an IPv6 address are in brackets.
    let host = match authority.rsplit_once(':') {
        Some((host, _)) if !authority.ends_with(']') => host,
        _ => authority,
    };
    allowed.check_host(host).map_err(|refused| invalid(field, refused.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_never_be_reached_is_refused_at_once() {
        let none: &[String] = &[];
        let within = &["10.0.0.0/8".to_owned()];
        for (url, networks, fine) in [
            ("http://169.254.169.254/latest", none, false),
            ("http://[fe80::1]:9090", none, false),
            ("http://10.0.0.1:9090", none, true),
            ("http://10.0.0.1:9090", &within[..], true),
            ("http://192.168.0.1:9090/prometheus", &within[..], false),
            ("https://prometheus.example", &within[..], true),
            ("http://[::1]:9090", none, true),
        ] {
            assert_eq!(check("url", url, "", networks).is_ok(), fine, "{url}");
        }
        assert!(entered("10.0.0.0/8, 192.168.1.1").unwrap().len() == 2);
        assert!(entered("everything").is_err());
    }
}
