//! Connections and TLS, set up once for a process: the clients of AWS use this connector too.
//!
//! By default the SDK makes one for each client, and a second one at each client's first call; each of them parses the
//! system's certificates again. TLS is set up for the first address that needs it, because reading those certificates
//! is most of the cost of a start, and stand-ins on loopback do not need them.
//!
//! Addresses that come from callers have a connector of their own, whose resolver gives only addresses that may be
//! reached.

use crate::{reach::Reach, resolver::GuardedResolver};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector, ConnectorBuilder,
    proxy::ProxyConfig,
    tls::{Provider, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::{
    http::{HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::HttpRequest,
};
use std::{fmt, sync::LazyLock, time::Duration};

/// The limit for connecting. It includes TLS, which takes the better part of a second on the smallest Lambda.
pub const CONNECT: Duration = Duration::from_secs(2);

/// The same for addresses of callers, whose receivers may be slow.
const CONNECT_TO_RECEIVERS: Duration = Duration::from_secs(10);

/// A pooling connector: over TLS with the system's certificates, in the clear for `http` addresses, through a proxy if
/// the environment names one. Callers limit the time for an answer.
pub(crate) fn connector() -> SharedHttpConnector {
    SharedHttpConnector::new(ByScheme { secure: lazily(secure), clear: lazily(clear) })
}

/// The same for addresses of callers: no proxy, which would resolve names on its own.
pub(crate) fn guarded(reach: Reach) -> SharedHttpConnector {
    let secure = move || {
        let builder =
            builder(ProxyConfig::disabled(), CONNECT_TO_RECEIVERS).tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        builder.build_with_resolver(GuardedResolver(reach))
    };
    SharedHttpConnector::new(ByScheme { secure: lazily(secure), clear: lazily(clear) })
}

type Lazy = LazyLock<Connector, Box<dyn FnOnce() -> Connector + Send>>;

fn lazily(make: impl FnOnce() -> Connector + Send + 'static) -> Lazy {
    LazyLock::new(Box::new(make))
}

struct ByScheme {
    secure: Lazy,
    clear: Lazy,
}

impl fmt::Debug for ByScheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ByScheme")
    }
}

impl HttpConnector for ByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        // Anything but plain `http` goes to TLS, which refuses schemes that it does not know.
        let connector = if request.uri().starts_with("http://") { &self.clear } else { &self.secure };
        connector.call(request)
    }
}

fn builder(proxy: ProxyConfig, connect: Duration) -> ConnectorBuilder {
    let settings = HttpConnectorSettings::builder().connect_timeout(connect).build();
    Connector::builder().connector_settings(settings).proxy_config(proxy).sleep_impl(TokioSleep::new())
}

fn secure() -> Connector {
    builder(ProxyConfig::from_env(), CONNECT).tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build()
}

/// Clear text is for this machine: no proxy gets to read it.
fn clear() -> Connector {
    builder(ProxyConfig::disabled(), CONNECT).build_http()
}
