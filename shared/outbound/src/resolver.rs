//! A resolver that gives only addresses that may be reached.

use crate::reach::Reach;
use aws_smithy_runtime_api::client::dns::{DnsFuture, ResolveDns, ResolveDnsError};
use std::{error::Error, net::IpAddr};

#[derive(Clone, Copy, Debug)]
pub(crate) struct GuardedResolver(pub Reach);

/// None of a name's addresses may be reached. It names neither.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("none of its addresses may be reached")]
struct NotReachable;

impl ResolveDns for GuardedResolver {
    fn resolve_dns<'a>(&'a self, name: &'a str) -> DnsFuture<'a> {
        DnsFuture::new(async move {
            let found = tokio::net::lookup_host((name, 0)).await.map_err(ResolveDnsError::new)?;
            self.reachable(found.map(|address| address.ip())).map_err(ResolveDnsError::new)
        })
    }
}

impl GuardedResolver {
    fn reachable(self, found: impl Iterator<Item = IpAddr>) -> Result<Vec<IpAddr>, NotReachable> {
        let reachable: Vec<IpAddr> = found.filter(|address| self.0.includes(*address)).collect();
        if reachable.is_empty() { Err(NotReachable) } else { Ok(reachable) }
    }
}

/// Whether a failure to connect is this resolver's refusal.
pub(crate) fn refused_address(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<NotReachable>() {
            return true;
        }
        next = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_that_leads_to_this_machine_is_only_resolved_where_that_is_in_reach() {
        let resolved = |reach: Reach| async move { GuardedResolver(reach).resolve_dns("localhost").await };
        assert!(resolved(Reach::Public).await.is_err_and(|error| refused_address(&error)));
        let found = resolved(Reach::PublicAndLoopback).await.expect("addresses");
        assert!(!found.is_empty() && found.iter().all(IpAddr::is_loopback));
    }

    #[test]
    fn of_a_name_with_several_addresses_only_the_public_ones_are_reached() {
        let reachable = |addresses: &[&str]| {
            let addresses = addresses.iter().map(|address| address.parse().expect("an address"));
            GuardedResolver(Reach::Public).reachable(addresses).ok()
        };
        assert_eq!(reachable(&["10.0.0.1", "8.8.8.8"]), Some(vec!["8.8.8.8".parse().expect("an address")]));
        assert_eq!(reachable(&["10.0.0.1", "fd00:ec2::254"]), None);
    }
}
