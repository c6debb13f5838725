//! Who may ask a listener.

use crate::{
    host::{HostName, Hosts},
    origin::Origin,
};
use std::net::SocketAddr;

/// Who may ask a listener. By default: this machine, by one of its own names, and no web page but the listener's own.
#[derive(Clone)]
pub struct Access {
    hosts: Hosts,
    origins: Vec<Origin>,
    signed_links: bool,
}

impl Access {
    pub fn to(address: SocketAddr) -> Self {
        Self { hosts: Hosts::of(address, Vec::new()), origins: Vec::new(), signed_links: false }
    }

    /// Further hosts that the listener answers to.
    pub fn by(mut self, hosts: &[HostName]) -> Self {
        self.hosts.add(hosts);
        self
    }

    /// Lets pages of these origins ask, and read the answers.
    pub fn from_pages(mut self, origins: &[Origin]) -> Self {
        self.origins.extend_from_slice(origins);
        self
    }

    /// Lets pages of other origins show and follow links: all requests here are signed.
    pub fn with_signed_links(mut self) -> Self {
        self.signed_links = true;
        self
    }

    /// The origins of the listener's own pages.
    pub fn own_pages(&self) -> Vec<Origin> {
        self.hosts.names().iter().map(Origin::of_page).collect()
    }

    pub(crate) fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    pub(crate) fn origins(&self) -> &[Origin] {
        &self.origins
    }

    pub(crate) fn has_signed_links(&self) -> bool {
        self.signed_links
    }
}
