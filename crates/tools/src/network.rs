//! Which addresses a connection may reach. Addresses are entered by people, and names are resolved by somebody else's
//! DNS, so what a server connects to is checked at the moment it connects, and the checked address is the one used.
//!
//! The default allows public, private and loopback addresses: the Prometheus of an installation is nearly always at a
//! private one, and the practice range's at loopback. It never allows link-local addresses or those of cloud metadata
//! services, which hand out credentials to whoever asks. An operator who lets others enter addresses names less in
//! `EVENKEEL_ALLOWED_NETWORKS`; a connection can name less, too, and never more.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use ipnet::IpNet;

/// The variable with the operator's networks.
pub const ALLOWED_NETWORKS: &str = "EVENKEEL_ALLOWED_NETWORKS";

/// Networks that may be reached. As text: `public`, `private`, `loopback` and CIDRs with commas between them, and after
/// the word `within` CIDRs that bound all of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedNetworks {
    classes: Vec<Class>,
    named: Vec<IpNet>,
    within: Vec<Vec<IpNet>>,
}

/// A text that names no networks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no network: use public, private, loopback, or a CIDR such as 10.0.0.0/8")]
pub struct UnknownNetwork(pub String);

/// An address that may not be reached.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{host} is {what}, which this connection may not reach")]
pub struct Refused {
    /// The name or address that was asked for.
    pub host: String,
    /// What it stands for: `a link-local address (169.254.169.254)`.
    pub what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Public,
    Private,
    Loopback,
    LinkLocal,
    Metadata,
    Reserved,
}

impl Class {
    fn words(self) -> &'static str {
        match self {
            Self::Public => "a public address",
            Self::Private => "a private address",
            Self::Loopback => "an address of this machine itself",
            Self::LinkLocal => "a link-local address",
            Self::Metadata => "the address of a cloud's metadata service",
            Self::Reserved => "an address that belongs to nobody",
        }
    }
}

impl Default for AllowedNetworks {
    fn default() -> Self {
        let classes = vec![Class::Public, Class::Private, Class::Loopback];
        Self { classes, named: Vec::new(), within: Vec::new() }
    }
}

fn cidr(text: &str) -> Result<IpNet, UnknownNetwork> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| UnknownNetwork(text.chars().take(64).collect()))
}

fn list(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\n', '\r', '\t']).filter(|word| !word.is_empty())
}

impl AllowedNetworks {
    /// Reads the text form; an empty text is the default.
    pub fn parse(text: &str) -> Result<Self, UnknownNetwork> {
        let mut parts = text.split("within");
        let allowed = parts.next().unwrap_or_default();
        let mut networks = Self { classes: Vec::new(), named: Vec::new(), within: Vec::new() };
        for word in list(allowed) {
            match word {
                "public" => networks.classes.push(Class::Public),
                "private" => networks.classes.push(Class::Private),
                "loopback" => networks.classes.push(Class::Loopback),
                other => networks.named.push(cidr(other)?),
            }
        }
        if networks.classes.is_empty() && networks.named.is_empty() {
            networks = Self::default();
        }
        parts.try_fold(networks, |networks, bounds| networks.narrowed(list(bounds)))
    }

    /// No network at all.
    pub fn nothing() -> Self {
        Self { classes: Vec::new(), named: Vec::new(), within: Vec::new() }
    }

    /// Networks (CIDR) in a text, with commas or spaces between them.
    pub fn cidrs(text: &str) -> Result<Vec<String>, UnknownNetwork> {
        list(text).map(|word| cidr(word).map(|net| net.to_string())).collect()
    }

    /// The same within these networks, if there are any.
    pub fn narrowed<'a>(
        mut self,
        within: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, UnknownNetwork> {
        let within = within.into_iter().map(cidr).collect::<Result<Vec<_>, _>>()?;
        if !within.is_empty() {
            self.within.push(within);
        }
        Ok(self)
    }

    /// Whether an address may be reached.
    pub fn check(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        let address = embedded(address);
        let class = class(address);
        let named = || self.named.iter().any(|net| net.contains(&address));
        let allowed = match class {
            Class::Reserved => false,
            // Never by a word: an operator who means it writes the very network.
            Class::LinkLocal | Class::Metadata => {
                self.named.iter().any(|net| net.contains(&address) && is_meant(net))
            }
            class => self.classes.contains(&class) || named(),
        };
        let inside = self.within.iter().all(|nets| nets.iter().any(|net| net.contains(&address)));
        if allowed && inside {
            return Ok(());
        }
        let what = format!("{} ({address})", class.words());
        Err(Refused { host: host.to_owned(), what })
    }

    /// Whether a host of an address may be asked: what is no name is checked, and names when they are resolved.
    pub fn check_host(&self, host: &str) -> Result<(), Refused> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        match bare.parse::<IpAddr>() {
            Ok(address) => self.check(host, address),
            Err(_) => Ok(()),
        }
    }

    /// Of the addresses that a name stands for, those that may be reached.
    pub fn choose(
        &self,
        host: &str,
        found: impl IntoIterator<Item = SocketAddr>,
    ) -> Result<Vec<SocketAddr>, Refused> {
        let mut refused = None;
        let mut chosen = Vec::new();
        for address in found {
            match self.check(host, address.ip()) {
                Ok(()) => chosen.push(address),
                Err(why) => refused = refused.or(Some(why)),
            }
        }
        match refused {
            Some(why) if chosen.is_empty() => Err(why),
            _ => Ok(chosen),
        }
    }
}

impl fmt::Display for AllowedNetworks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let classes = self.classes.iter().map(|class| match class {
            Class::Private => "private".to_owned(),
            Class::Loopback => "loopback".to_owned(),
            _ => "public".to_owned(),
        });
        let words: Vec<_> = classes.chain(self.named.iter().map(ToString::to_string)).collect();
        f.write_str(&words.join(","))?;
        for within in &self.within {
            let nets: Vec<_> = within.iter().map(ToString::to_string).collect();
            write!(f, " within {}", nets.join(","))?;
        }
        Ok(())
    }
}

/// Whether a host of an address is this machine, by its name or by number.
pub fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a network is narrow enough to have been written for the addresses that hand out credentials: what is as wide
/// as half of the world was meant otherwise.
fn is_meant(net: &IpNet) -> bool {
    match net {
        IpNet::V4(net) => {
            net.addr().is_link_local() && net.prefix_len() >= 16 || net.prefix_len() >= 24
        }
        IpNet::V6(net) => {
            net.addr().is_unicast_link_local() && net.prefix_len() >= 10 || net.prefix_len() >= 64
        }
    }
}

/// The IPv4 address that an IPv6 one stands for, where it is only another way to write or reach it.
fn embedded(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let v4 =
        |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from((u32::from(high) << 16) | u32::from(low)));
    match six.segments() {
        // Mapped (RFC 4291), translated (RFC 6052), and the old "compatible" form.
        [0, 0, 0, 0, 0, 0xffff, high, low]
        | [0x64, 0xff9b, 0, 0, 0, 0, high, low]
        // 6to4 (RFC 3056).
        | [0x2002, high, low, ..] => v4(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => v4(high, low),
        _ => address,
    }
}

/// Metadata services that are not at a link-local address: Alibaba, Azure, Oracle; AWS and Google over IPv6.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(192, 0, 0, 192)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
    IpAddr::V6(Ipv6Addr::new(0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254)),
];

fn class(address: IpAddr) -> Class {
    if METADATA.contains(&address) || address == IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)) {
        return Class::Metadata;
    }
    match address {
        IpAddr::V4(ip) => {
            let [a, b, ..] = ip.octets();
            if ip.is_loopback() {
                Class::Loopback
            } else if ip.is_link_local() {
                Class::LinkLocal
            } else if ip.is_private() || (a == 100 && (64..128).contains(&b)) {
                // 100.64.0.0/10 is shared address space (RFC 6598): overlay networks.
                Class::Private
            } else if a == 0 || a >= 224 || ip.octets()[..3] == [192, 0, 0] {
                Class::Reserved
            } else {
                Class::Public
            }
        }
        IpAddr::V6(ip) => {
            if ip.is_loopback() {
                Class::Loopback
            } else if ip.is_unicast_link_local() {
                Class::LinkLocal
            } else if ip.is_unique_local() || ip.segments()[0] & 0xffc0 == 0xfec0 {
                // Site-local (RFC 3879) as well, which nobody should use any more.
                Class::Private
            // Unspecified, multicast, and Teredo and local translation (RFC 8215), in which an address of anybody's hides.
            } else if ip.is_unspecified()
                || ip.is_multicast()
                || ip.segments()[..2] == [0x2001, 0]
                || ip.segments()[..3] == [0x64, 0xff9b, 1]
            {
                Class::Reserved
            } else {
                Class::Public
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may(networks: &str, address: &str) -> bool {
        let networks = AllowedNetworks::parse(networks).unwrap();
        networks.check("host", address.parse().unwrap()).is_ok()
    }

    #[test]
    fn the_default_allows_private_and_never_metadata() {
        for fine in
            ["10.1.2.3", "192.168.1.1", "127.0.0.1", "::1", "fd12::1", "100.64.0.1", "8.8.8.8"]
        {
            assert!(may("", fine), "{fine}");
        }
        for never in [
            "169.254.169.254",
            "169.254.1.1",
            "fe80::1",
            "fd00:ec2::254",
            "100.100.100.200",
            "168.63.129.16",
            "192.0.0.192",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "::",
            "ff02::1",
            // Other ways to write 169.254.169.254.
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "::a9fe:a9fe",
            "64:ff9b:1::a9fe:a9fe",
        ] {
            assert!(!may("", never), "{never}");
            assert!(!may("public,private,loopback", never), "{never}");
        }
    }

    #[test]
    fn less_can_be_named_and_metadata_only_literally() {
        assert!(!may("public", "10.0.0.1") && !may("public", "127.0.0.1") && !may("public", "::1"));
        assert!(may("public 10.0.0.0/8", "10.0.0.1") && !may("public,10.0.0.0/8", "192.168.0.1"));
        assert!(may("169.254.169.254", "169.254.169.254") && !may("169.254.169.254", "8.8.8.8"));
        assert!(!may("10.0.0.0/8,0.0.0.0/0", "0.0.0.0"));
        // Who writes everything does not mean what hands out credentials.
        assert!(may("0.0.0.0/0", "10.0.0.1") && !may("0.0.0.0/0,::/0", "169.254.169.254"));
        assert!(!may("100.64.0.0/10", "100.100.100.200") && may("169.254.0.0/16", "169.254.1.1"));
        assert!(!may("public", "fec0::1") && may("private", "fec0::1"));
        // What a connection names bounds what the operator allows, and adds nothing.
        assert!(may("private within 10.1.0.0/16", "10.1.2.3"));
        assert!(!may("private within 10.1.0.0/16", "10.2.2.3"));
        assert!(!may("private within 10.1.0.0/16 within 10.0.0.0/8", "10.2.2.3"), "both count");
        assert!(!may("private within 169.254.0.0/16", "169.254.169.254"));
        for bad in ["10.0.0.0/33", "everything", "private within nowhere"] {
            assert!(AllowedNetworks::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_text_form_is_read_back() {
        for text in [
            "public,private,loopback",
            "public,10.0.0.0/8 within 10.0.0.0/16,fd00::/8",
            "private within 10.0.0.0/8 within 10.1.0.0/16",
        ] {
            assert_eq!(AllowedNetworks::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn of_a_name_s_addresses_only_allowed_ones_are_used() {
        let networks = AllowedNetworks::default();
        let found = |all: &[&str]| -> Vec<SocketAddr> {
            all.iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), 0)).collect()
        };
        let mixed = found(&["169.254.169.254", "10.0.0.1"]);
        assert_eq!(networks.choose("rebinds", mixed), Ok(found(&["10.0.0.1"])));
        let refused = networks.choose("meta", found(&["169.254.169.254"])).unwrap_err();
        assert!(refused.to_string().contains("metadata service (169.254.169.254)"), "{refused}");
        assert_eq!(networks.choose("empty", found(&[])), Ok(Vec::new()));
        assert!(networks.check_host("[::1]").is_ok() && networks.check_host("a.example").is_ok());
        assert!(networks.check_host("[fe80::1]").is_err());
    }
}
