//! Writes a picture anew with nothing but what is needed to decode it.
//!
//! A file carries much more than its picture: where it was taken and by which device, a smaller copy of it, comments,
//! further pictures, anything at all after its end. None of it is copied: what is not listed here does not exist in the
//! cleaned picture. Tables that no scan names are not needed either.
//!
//! The data of a scan is copied as it is, without its padding, so not a pixel changes. An orientation other than upright
//! stays, as EXIF data of one entry. A colour profile does not: it may hold anything, and without it colours are shown
//! slightly paler at most.

use super::{EOI, frame::Frame};
use crate::orientation::Orientation;
use std::ops::Range;

pub(super) const SOI: u8 = 0xD8;
pub(super) const SOS: u8 = 0xDA;
pub(super) const DHT: u8 = 0xC4;
pub(super) const DQT: u8 = 0xDB;
pub(super) const DRI: u8 = 0xDD;
pub(super) const APP0: u8 = 0xE0;
pub(super) const APP1: u8 = 0xE1;
pub(super) const APP14: u8 = 0xEE;
/// The beginning of JFIF's segment, which makes three components brightness and colours.
pub(super) const JFIF: &[u8] = b"JFIF\0";
/// The beginning of EXIF data in its segment.
pub(super) const EXIF: &[u8] = b"Exif\0\0";
/// The beginning of Adobe's segment on the colours.
pub(super) const ADOBE: &[u8] = b"Adobe";

pub(super) struct Writer<'a> {
    bytes: &'a [u8],
    /// The first byte of a scan's data that is neither copied nor left out.
    at: usize,
    out: Vec<u8>,
    /// Whether it is JFIF.
    pub(super) jfif: bool,
    /// The marker and the segment of the frame, until it is written.
    pub(super) frame: Option<(u8, &'a [u8])>,
    /// Tables as they were defined, each until it is written. Those of quantisation.
    pub(super) quantisation: [Option<&'a [u8]>; 4],
    /// Those for means.
    pub(super) dc: [Option<&'a [u8]>; 4],
    /// Those for detail.
    pub(super) ac: [Option<&'a [u8]>; 4],
    restart_interval: u16,
}

impl<'a> Writer<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut out = Vec::with_capacity(bytes.len());
        out.extend([0xFF, SOI]);
        let (quantisation, dc, ac) = Default::default();
        Self { bytes, at: 0, out, jfif: false, frame: None, quantisation, dc, ac, restart_interval: 0 }
    }

    /// What has to be known before the first scan: which colours the components are, and what is up.
    pub(super) fn start(&mut self, adobe: Option<u8>, orientation: Orientation) {
        if self.jfif {
            // Version 1.1, square pixels, no thumbnail.
            self.segment(APP0, &[JFIF, &[1, 1, 0, 0, 1, 0, 1, 0, 0]]);
        }
        if let Some(transform) = adobe {
            // Version 100, no flags.
            self.segment(APP14, &[ADOBE, &[0, 100, 0, 0, 0, 0, transform]]);
        }
        if orientation != Orientation::UPRIGHT {
            self.segment(APP1, &[EXIF, &orientation.exif()]);
        }
    }

    /// The header of a scan, after all that it needs and was not written before. Its members' tables are given by their
    /// indices: for means and for detail. Its data begins at `at`.
    pub(super) fn scan(
        &mut self,
        frame: &Frame,
        (payload, tables): (&[u8], &[(usize, usize)]),
        restart_interval: u16,
        at: usize,
    ) {
        let quantisation = take(&mut self.quantisation, frame.components.iter().map(|c| usize::from(c.quantisation)));
        self.tables(DQT, &quantisation);
        if let Some((marker, payload)) = self.frame.take() {
            self.segment(marker, &[payload]);
        }
        if self.restart_interval != restart_interval {
            self.restart_interval = restart_interval;
            self.segment(DRI, &[&restart_interval.to_be_bytes()]);
        }
        let mut huffman = take(&mut self.dc, tables.iter().map(|&(dc, _)| dc));
        huffman.extend(take(&mut self.ac, tables.iter().map(|&(_, ac)| ac)));
        self.tables(DHT, &huffman);
        self.segment(SOS, &[payload]);
        self.at = at;
    }

    /// The bytes that the scan's data is in, and the position of what is neither copied nor left out.
    pub(super) fn data(&self) -> (&'a [u8], usize) {
        (self.bytes, self.at)
    }

    /// Copies the data of a scan up to bytes that are not part of it.
    pub(super) fn leave_out(&mut self, padding: Range<usize>) {
        self.out.extend_from_slice(&self.bytes[self.at..padding.start]);
        self.at = padding.end;
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.out.extend([0xFF, EOI]);
        self.out
    }

    fn tables(&mut self, marker: u8, tables: &[&[u8]]) {
        if !tables.is_empty() {
            self.segment(marker, tables);
        }
    }

    /// The parts together are no longer than a segment that was read, or a few tables.
    fn segment(&mut self, marker: u8, parts: &[&[u8]]) {
        let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
        self.out.extend([0xFF, marker]);
        self.out.extend((length as u16).to_be_bytes());
        parts.iter().for_each(|part| self.out.extend_from_slice(part));
    }
}

/// The tables that are named and were not written before, by their indices.
fn take<'a>(tables: &mut [Option<&'a [u8]>; 4], named: impl Iterator<Item = usize>) -> Vec<&'a [u8]> {
    let mut indices: Vec<usize> = named.collect();
    indices.sort_unstable();
    indices.into_iter().filter_map(|index| tables.get_mut(index)?.take()).collect()
}
