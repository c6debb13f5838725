//! Where the service over a data folder listens, for the commands that talk to it.

use acredita_embedded_aws::private;
use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::{Path, PathBuf},
};

const NAME: &str = "address";

/// The file that says it. It goes with the value; a process that is killed leaves it behind.
pub struct AddressFile(PathBuf);

impl AddressFile {
    pub fn write(folder: &Path, address: SocketAddr) -> io::Result<Self> {
        let path = folder.join(NAME);
        private::write(&path, url(address).as_bytes())?;
        Ok(Self(path))
    }

    /// The URL of the service over a folder; `None` if none was started there.
    pub fn read(folder: &Path) -> Option<String> {
        fs::read_to_string(folder.join(NAME)).ok()
    }
}

impl Drop for AddressFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A server that listens on all addresses is reached by this machine's own.
fn url(address: SocketAddr) -> String {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    format!("http://{}", SocketAddr::new(ip, address.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_there_for_as_long_as_the_service_runs() {
        let folder = tempfile::tempdir().expect("a folder");
        for (listens, url) in [
            ("127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:9000", "http://[::1]:9000"),
        ] {
            let file = AddressFile::write(folder.path(), listens.parse().expect("an address")).expect("written");
            assert_eq!(AddressFile::read(folder.path()).as_deref(), Some(url));
            drop(file);
            assert_eq!(AddressFile::read(folder.path()), None);
        }
    }
}
