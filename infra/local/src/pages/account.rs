//! Whose connection a request came over.

use std::{
    fs,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

/// Whether the account that runs this process, or root, made a connection from this address of this machine to this
/// port. Only Linux tells; elsewhere nobody is known.
pub fn is_ours(peer: SocketAddr, port: u16) -> bool {
    let table = |name: &str| fs::read_to_string(format!("/proc/self/net/{name}")).unwrap_or_default();
    account().is_some_and(|ours| made_by(ours, peer, port, &table("tcp")) || made_by(ours, peer, port, &table("tcp6")))
}

#[cfg(unix)]
fn account() -> Option<u32> {
    fs::metadata("/proc/self").ok().map(|process| std::os::unix::fs::MetadataExt::uid(&process))
}

#[cfg(not(unix))]
fn account() -> Option<u32> {
    None
}

const ROOT: u32 = 0;
const ESTABLISHED: &str = "01";
/// That of a socket that no process has any more.
const NO_INODE: &str = "0";

/// Looks a connection up in a table of sockets (`proc_net_tcp(5)`): its own end, then the other, its state, and later
/// the account and the inode.
fn made_by(ours: u32, peer: SocketAddr, port: u16, table: &str) -> bool {
    let peer = (peer.ip().to_canonical(), peer.port());
    let owners = table.lines().skip(1).filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [_, own, other, ESTABLISHED, _, _, _, account, _, inode, ..] = fields[..] else { return None };
        let between = end(own)? == peer && end(other)?.1 == port && inode != NO_INODE;
        between.then(|| account.parse::<u32>().ok())
    });
    let owners: Vec<Option<u32>> = owners.collect();
    !owners.is_empty() && owners.iter().all(|owner| [Some(ours), Some(ROOT)].contains(owner))
}

/// `0100007F:1F90`: words of 32 bits in the machine's order, and a port.
fn end(text: &str) -> Option<(IpAddr, u16)> {
    let (words, port) = text.split_once(':')?;
    let word = |at: usize| u32::from_str_radix(words.get(at..at + 8)?, 16).ok().map(u32::to_ne_bytes);
    let ip = match words.len() {
        8 => IpAddr::from(word(0)?),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            let octets: [u8; 16] = words.concat().try_into().ok()?;
            Ipv6Addr::from(octets).to_canonical()
        }
        _ => return None,
    };
    Some((ip, u16::from_str_radix(port, 16).ok()?))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const HEAD: &str =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    /// A connection from port 50000 to 8080.
    fn line(own: &str, other: &str, state: &str, account: u32, inode: u32) -> String {
        format!("   0: {own} {other} {state} 00000000:00000000 00:00000000 00000000 {account:5}        0 {inode} 1\n")
    }

    #[test]
    fn a_connection_is_its_maker_s() {
        let peer = "127.0.0.1:50000".parse().expect("an address");
        let (own, other) = ("0100007F:C350", "0100007F:1F90");
        let established = |account| line(own, other, ESTABLISHED, account, 7);
        for (table, ours) in [
            (established(1000), true),
            (established(0), true),
            (established(1001), false),
            (String::new(), false),
            (line(own, other, "06", 0, 0), false),
            (line(own, other, ESTABLISHED, 0, 0), false),
            (line("0100007F:C351", other, ESTABLISHED, 1000, 7), false),
            (line("0200007F:C350", other, ESTABLISHED, 1000, 7), false),
            (line(own, "0100007F:1F91", ESTABLISHED, 1000, 7), false),
            (established(1000) + &established(1001), false),
            ("cut off 0100007F".to_owned(), false),
        ] {
            assert_eq!(made_by(1000, peer, 8080, &(HEAD.to_owned() + &table)), ours, "{table}");
        }
    }

    #[test]
    fn a_connection_over_ipv6_is_found_as_well() {
        let loopback = "00000000000000000000000001000000";
        let table =
            HEAD.to_owned() + &line(&format!("{loopback}:C350"), &format!("{loopback}:1F90"), ESTABLISHED, 1000, 7);
        assert!(made_by(1000, "[::1]:50000".parse().expect("an address"), 8080, &table));
        let mapped = "0000000000000000FFFF00000100007F";
        let table = HEAD.to_owned() + &line(&format!("{mapped}:C350"), &format!("{mapped}:1F90"), ESTABLISHED, 1000, 7);
        assert!(made_by(1000, "127.0.0.1:50000".parse().expect("an address"), 8080, &table));
    }
}
