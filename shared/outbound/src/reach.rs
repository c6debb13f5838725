//! Which addresses may be posted to, where the address comes from a caller: the public ones.
//!
//! A name is judged by what it resolves to, at the moment of connecting: the connector dials exactly the addresses that
//! were judged. A literal never reaches a resolver, and is judged before.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Public,
    /// For a server on the developer's own machine.
    PublicAndLoopback,
}

impl Reach {
    pub fn includes(self, address: IpAddr) -> bool {
        let public = match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        };
        public || (self == Self::PublicAndLoopback && address.is_loopback())
    }

    /// Whether a URL's host may be posted to. Of a name, only whether it stands for this machine: where it leads is
    /// judged when it is resolved.
    pub fn includes_host(self, host: &str) -> bool {
        match literal(host) {
            Some(address) => self.includes(address),
            None => self == Self::PublicAndLoopback || !names_this_machine(host),
        }
    }
}

/// The address that a host is, rather than names.
pub(crate) fn literal(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse().ok().map(IpAddr::V6),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

/// RFC 6761 §6.3.
fn names_this_machine(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// What is not public: IANA's special-purpose registry (RFC 6890), multicast, and the addresses of clouds' metadata.
const REFUSED_V4: &[([u8; 4], u32)] = &[
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    // Shared by carriers; Alibaba's metadata is in it.
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    // The metadata of AWS, Azure and Google is in it.
    ([169, 254, 0, 0], 16),
    // Azure's own services.
    ([168, 63, 129, 16], 32),
    ([172, 16, 0, 0], 12),
    // Oracle's metadata is in it.
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 31, 196, 0], 24),
    ([192, 52, 193, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([192, 175, 48, 0], 24),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

fn is_public_v4(address: Ipv4Addr) -> bool {
    let within = |(network, bits): &([u8; 4], u32)| {
        let mask = u32::MAX << (32 - bits);
        address.to_bits() & mask == u32::from_be_bytes(*network)
    };
    !REFUSED_V4.iter().any(within)
}

/// All that was ever given out: everything else is local, translated (mapped, NAT64) or reserved.
const GIVEN_OUT_V6: ([u16; 3], u32) = ([0x2000, 0, 0], 3);

/// What is not public within it.
const REFUSED_V6: &[([u16; 3], u32)] = &[
    // Protocols: Teredo, ORCHID, benchmarking and more.
    ([0x2001, 0, 0], 23),
    ([0x2001, 0xdb8, 0], 32),
    // 6to4 leads to an address of version 4.
    ([0x2002, 0, 0], 16),
    ([0x2620, 0x4f, 0x8000], 48),
    ([0x3fff, 0, 0], 20),
];

fn is_public_v6(address: Ipv6Addr) -> bool {
    let within = |([a, b, c], bits): &([u16; 3], u32)| {
        let mask = u128::MAX << (128 - bits);
        address.to_bits() & mask == Ipv6Addr::new(*a, *b, *c, 0, 0, 0, 0, 0).to_bits()
    };
    within(&GIVEN_OUT_V6) && !REFUSED_V6.iter().any(within)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(address: &str) -> bool {
        Reach::Public.includes(address.parse().expect("an address"))
    }

    #[test]
    fn the_first_and_the_last_address_of_every_range_that_is_not_public_are_refused_and_their_neighbours_are_not() {
        for (before, first, last, after) in [
            ("", "0.0.0.0", "0.255.255.255", "1.0.0.0"),
            ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0"),
            ("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0"),
            ("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0"),
            ("168.63.129.15", "168.63.129.16", "168.63.129.16", "168.63.129.17"),
            ("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0"),
            ("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0"),
            ("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0"),
            ("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"),
            ("192.31.195.255", "192.31.196.0", "192.31.196.255", "192.31.197.0"),
            ("192.52.192.255", "192.52.193.0", "192.52.193.255", "192.52.194.0"),
            ("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0"),
            ("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0"),
            ("192.175.47.255", "192.175.48.0", "192.175.48.255", "192.175.49.0"),
            ("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0"),
            ("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0"),
            ("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"),
            ("223.255.255.255", "224.0.0.0", "239.255.255.255", ""),
            ("", "240.0.0.0", "255.255.255.255", ""),
            ("", "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::"),
            ("2000:ffff::", "2001::", "2001:1ff:ffff:ffff::", "2001:200::"),
            ("2001:db7:ffff::", "2001:db8::", "2001:db8:ffff:ffff::", "2001:db9::"),
            ("2001:ffff::", "2002::", "2002:ffff:ffff:ffff::", "2003::"),
            ("2620:4f:7fff::", "2620:4f:8000::", "2620:4f:8000:ffff::", "2620:4f:8001::"),
            ("3ffe::", "3fff::", "3fff:fff:ffff:ffff::", "3fff:1000::"),
            ("3fff:ffff::", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ""),
        ] {
            for refused in [first, last] {
                assert!(!judged(refused), "{refused}");
            }
            for taken in [before, after].into_iter().filter(|address| !address.is_empty()) {
                assert!(judged(taken), "{taken}");
            }
        }
    }

    #[test]
    fn every_way_to_write_a_private_address_in_version_6_is_refused() {
        for address in [
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "::127.0.0.1",
            "::ffff:0:127.0.0.1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2002:7f00:1::",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "fc00::1",
            "ff02::1",
            "5f00::1",
        ] {
            assert!(!judged(address), "{address}");
        }
    }

    #[test]
    fn public_addresses_are_taken() {
        for address in ["8.8.8.8", "1.1.1.1", "52.94.236.248", "2606:4700::1111", "2a00:1450:4003:80a::200e"] {
            assert!(judged(address), "{address}");
        }
    }

    #[test]
    fn a_literal_host_is_judged_and_a_name_is_not_unless_it_stands_for_this_machine() {
        for host in
            ["127.0.0.1", "[::1]", "[::ffff:10.0.0.1]", "localhost", "LOCALHOST.", "a.localhost", "169.254.169.254"]
        {
            assert!(!Reach::Public.includes_host(host), "{host}");
        }
        for host in ["example.com", "8.8.8.8", "[2606:4700::1111]", "localhost.example.com"] {
            assert!(Reach::Public.includes_host(host), "{host}");
        }
    }

    #[test]
    fn only_a_local_server_takes_loopback_and_nothing_else_that_is_private() {
        for host in ["127.0.0.1", "127.1.2.3", "[::1]", "localhost"] {
            assert!(Reach::PublicAndLoopback.includes_host(host), "{host}");
        }
        for host in ["10.0.0.1", "169.254.169.254", "0.0.0.0", "[::]", "[::ffff:127.0.0.1]", "[fe80::1]"] {
            assert!(!Reach::PublicAndLoopback.includes_host(host), "{host}");
        }
    }
}
