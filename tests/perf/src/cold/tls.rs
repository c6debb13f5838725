//! TLS in front of plain-HTTP servers: stand-ins for AWS and for an issuer that are reached as the real ones are.
//!
//! A certificate is made for 127.0.0.2, by an authority that exists for the length of a run and that the programs trust
//! in addition to the system's.

use crate::Failure;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use std::{
    collections::BTreeMap,
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    sync::Arc,
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

/// The system's own authorities, on Debian, Amazon Linux and their relatives.
const AUTHORITIES: [&str; 2] = ["/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt"];

pub struct Fronts {
    acceptor: TlsAcceptor,
    /// Those that there are, by what is behind them.
    addresses: BTreeMap<SocketAddr, SocketAddr>,
    tasks: JoinSet<()>,
}

/// Another address of loopback: what is behind answers to those, with its own port.
const FRONT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

impl Fronts {
    /// Makes an authority and a certificate. The system's authorities and this one are written to `bundle`.
    pub fn new(bundle: &Path) -> Result<Self, Failure> {
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // A name of its own: OpenSSL takes a certificate with the same name as its issuer for a self-signed one.
        authority.distinguished_name.push(DnType::CommonName, "The authority of a benchmark");
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let key = KeyPair::generate()?;
        let certificate = CertificateParams::new(vec![FRONT.to_string()])?.signed_by(&key, &authority)?;
        let system = AUTHORITIES
            .iter()
            .find_map(|file| fs::read_to_string(file).ok())
            .ok_or("no authorities of certificates")?;
        fs::write(bundle, system + "\n" + &authority.pem())?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.into()], key)?;
        Ok(Self { acceptor: Arc::new(config).into(), addresses: BTreeMap::new(), tasks: JoinSet::new() })
    }

    /// An address that speaks TLS for `behind`.
    pub async fn before(&mut self, behind: SocketAddr) -> Result<SocketAddr, Failure> {
        if let Some(address) = self.addresses.get(&behind) {
            return Ok(*address);
        }
        let listener = TcpListener::bind((FRONT, behind.port())).await?;
        let address = listener.local_addr()?;
        let acceptor = self.acceptor.clone();
        self.tasks.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A failed connection is for the caller to notice.
                tokio::spawn(serve(acceptor.clone(), stream, behind));
            }
        });
        self.addresses.insert(behind, address);
        Ok(address)
    }
}

async fn serve(acceptor: TlsAcceptor, stream: TcpStream, behind: SocketAddr) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = acceptor.accept(stream).await?;
    let mut behind = TcpStream::connect(behind).await?;
    behind.set_nodelay(true)?;
    copy_bidirectional(&mut stream, &mut behind).await?;
    Ok(())
}
