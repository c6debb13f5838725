//! Walks a JPEG from its first marker to the one that ends it (T.81 annex B), and refuses incomplete ones.
//!
//! The format of nearly all cameras, one sequential scan of brightness and two colours, is decoded in the same walk. The
//! cleaned picture is written on the way.

use super::{
    BROKEN, EOI,
    clean::{ADOBE, APP0, APP1, APP14, DHT, DQT, DRI, EXIF, JFIF, SOI, SOS, Writer},
    frame::{Frame, Process},
    huffman::Huffman,
    scan::{COEFFICIENTS, History, Scan, Tables},
    sequential,
};
use crate::{Fault, Luma, orientation::Orientation};

/// The most scans. Progressive encoders make about ten; every scan visits the complete picture, so thousands of empty
/// ones are an attack.
const MAX_SCANS: usize = 64;

/// A JPEG that was found to be complete.
pub(super) struct Verified {
    pub(super) frame: Frame,
    /// The upright picture, if it was decoded on the way.
    pub(super) luma: Option<Luma>,
    /// How to turn a picture that was not.
    pub(super) orientation: Orientation,
    /// The same picture, as [`mod@super::clean`] writes it.
    pub(super) cleaned: Vec<u8>,
}

/// The frame header, without looking at the picture's data, or at anything after the header of a frame with more than
/// `max_pixels`.
pub(super) fn frame_of(bytes: &[u8], max_pixels: u64) -> Result<Frame, Fault> {
    let mut frame = None;
    let mut segments = Segments::new(bytes)?;
    loop {
        let (marker, payload) = segments.next_segment()?;
        match marker {
            SOS => {
                let mut frame: Frame = frame.ok_or(BROKEN)?;
                frame.buffered |= Scan::parse(&frame, payload)?.members.len() < frame.components.len();
                return Ok(frame);
            }
            EOI => return Err(BROKEN),
            0xC0..=0xCF if marker != DHT => {
                // First, so that a picture that is too large is reported as such, even if its scans are broken too.
                let new = Frame::parse(marker, payload)?;
                if new.pixels() > max_pixels {
                    return Ok(new);
                }
                if frame.replace(new).is_some() {
                    return Err(BROKEN);
                }
            }
            _ => {}
        }
    }
}

/// Walks everything, and if `decodes`, decodes what it can on the way.
pub(super) fn verify(bytes: &[u8], decodes: bool) -> Result<Verified, Fault> {
    let frame = frame_of(bytes, u64::MAX)?;
    let histories = match frame.process {
        Process::Sequential => Vec::new(),
        Process::Progressive => (0..frame.components.len()).map(|component| empty_history(&frame, component)).collect(),
    };
    let walk = Walk {
        tables: Tables::default(),
        restart_interval: 0,
        histories,
        shown: vec![false; frame.components.len()],
        lowest_bits: vec![[u8::MAX; COEFFICIENTS as usize]; frame.components.len()],
        scans: 0,
        decodes,
        exif: None,
        adobe: None,
        writer: Writer::new(bytes),
        quantisation: [None; 4],
        luma: None,
        frame,
    };
    walk.run(Segments::new(bytes)?)
}

fn empty_history(frame: &Frame, component: usize) -> History {
    let (across, down) = frame.blocks(component);
    vec![0; across as usize * down as usize]
}

struct Walk<'a> {
    frame: Frame,
    tables: Tables,
    restart_interval: u16,
    histories: Vec<History>,
    /// Which components have had a scan that makes them visible.
    shown: Vec<bool>,
    /// For each component, the lowest bit of each coefficient that was carried.
    lowest_bits: Vec<[u8; COEFFICIENTS as usize]>,
    scans: usize,
    /// Whether to decode on the way.
    decodes: bool,
    exif: Option<&'a [u8]>,
    /// Adobe's segment on the colours: 1 is brightness and colour.
    adobe: Option<u8>,
    quantisation: [Option<[u16; 64]>; 4],
    luma: Option<Luma>,
    writer: Writer<'a>,
}

impl<'a> Walk<'a> {
    fn run(mut self, mut segments: Segments<'a>) -> Result<Verified, Fault> {
        loop {
            let (marker, payload) = segments.next_segment()?;
            match marker {
                EOI => break,
                SOS => {
                    self.scan(payload, segments.at)?;
                    (_, segments.at) = self.writer.data();
                }
                DHT => self.define_tables(payload)?,
                DRI => self.restart_interval = u16::from_be_bytes(*payload.as_array().ok_or(BROKEN)?),
                DQT => self.define_quantisation(payload)?,
                // After the picture it would be too late.
                APP1 if self.exif.is_none() && self.scans == 0 => self.exif = payload.strip_prefix(EXIF),
                APP0 if self.scans == 0 => self.writer.jfif |= payload.len() >= 14 && payload.starts_with(JFIF),
                // The last of several counts, as for other decoders.
                APP14 if self.scans == 0 => {
                    let transform = payload.strip_prefix(ADOBE).and_then(|adobe| adobe.get(6).copied());
                    self.adobe = transform.or(self.adobe);
                }
                // One frame, which was read already; comments and other application data are ignored.
                0xC0..=0xC2 if self.scans == 0 => self.writer.frame = Some((marker, payload)),
                0xE0..=0xEF | 0xFE => {}
                _ => return Err(BROKEN),
            }
        }
        // Without the marker that ends it, a progressive picture is complete if nothing is left to refine.
        let complete = self.shown.iter().all(|&shown| shown)
            && (segments.is_ended || self.lowest_bits.iter().flatten().all(|&bit| bit == 0));
        if complete {
            let orientation = self.orientation();
            Ok(Verified { orientation, luma: self.luma, frame: self.frame, cleaned: self.writer.finish() })
        } else {
            Err(BROKEN)
        }
    }

    /// A scan whose data begins at `at`.
    fn scan(&mut self, payload: &[u8], at: usize) -> Result<(), Fault> {
        let scan = Scan::parse(&self.frame, payload)?;
        self.scans += 1;
        if self.scans > MAX_SCANS {
            return Err(BROKEN);
        }
        if scan.carries_means(self.frame.process) {
            for member in &scan.members {
                // Means come once: a second scan of them would overwrite the first.
                if std::mem::replace(&mut self.shown[member.component], true) {
                    return Err(BROKEN);
                }
            }
        }
        if self.scans == 1 {
            self.writer.start(self.adobe, self.orientation());
        }
        let tables: Vec<_> = scan.members.iter().map(|member| (member.dc, member.ac)).collect();
        self.writer.scan(&self.frame, (payload, &tables), self.restart_interval, at);
        let (band, lowest_bit) = scan.band(self.frame.process);
        for member in &scan.members {
            let bits = &mut self.lowest_bits[member.component];
            band.clone().for_each(|coefficient| bits[coefficient as usize] = lowest_bit);
        }
        if let Some(table) = self.quantisation_if_decodable(&scan) {
            let how = (u32::from(self.restart_interval), &table, self.orientation());
            self.luma = Some(sequential::decode(&scan, &self.frame, &self.tables, how, &mut self.writer)?);
            return Ok(());
        }
        let interval = u32::from(self.restart_interval);
        scan.walk(&self.frame, &self.tables, interval, &mut self.histories, &mut self.writer)
    }

    fn orientation(&self) -> Orientation {
        self.exif.map_or(Orientation::UPRIGHT, Orientation::of_exif)
    }

    /// The quantisation of brightness, if this is the only scan and brightness the first of its components. Colours
    /// other than YCbCr are left to the other decoder.
    fn quantisation_if_decodable(&self, scan: &Scan) -> Option<[u16; 64]> {
        let frame = &self.frame;
        let whole = frame.process == Process::Sequential && scan.members.len() == frame.components.len();
        let brightness = match frame.components.len() {
            1 => true,
            3 => self.adobe.is_none_or(|transform| transform == 1) && !frame.is_named_rgb(),
            _ => false,
        };
        let table = self.quantisation.get(usize::from(frame.components[0].quantisation)).copied().flatten();
        table.filter(|_| self.decodes && whole && brightness)
    }

    /// Quantisation tables (T.81 §B.2.4.1), of 8 or 16 bits each.
    fn define_quantisation(&mut self, mut payload: &'a [u8]) -> Result<(), Fault> {
        while let [place, rest @ ..] = payload {
            let (table, rest) = match place >> 4 {
                0 => rest.split_first_chunk::<64>().map(|(table, rest)| (table.map(u16::from), rest)),
                1 => rest.split_at_checked(128).and_then(|(table, rest)| {
                    let words = table.as_chunks::<2>().0.first_chunk::<64>()?;
                    Some((words.map(u16::from_be_bytes), rest))
                }),
                _ => None,
            }
            .ok_or(BROKEN)?;
            let index = usize::from(place & 15);
            *self.quantisation.get_mut(index).ok_or(BROKEN)? = Some(table);
            self.writer.quantisation[index] = Some(&payload[..payload.len() - rest.len()]);
            payload = rest;
        }
        Ok(())
    }

    fn define_tables(&mut self, mut payload: &'a [u8]) -> Result<(), Fault> {
        while let [place, rest @ ..] = payload {
            let (table, rest) = Huffman::parse(rest)?;
            let (class, written) = match place >> 4 {
                0 => (&mut self.tables.dc, &mut self.writer.dc),
                1 => (&mut self.tables.ac, &mut self.writer.ac),
                _ => return Err(BROKEN),
            };
            let index = usize::from(place & 15);
            *class.get_mut(index).ok_or(BROKEN)? = Some(Box::new(table));
            written[index] = Some(&payload[..payload.len() - rest.len()]);
            payload = rest;
        }
        Ok(())
    }
}

/// The marker segments (T.81 §B.1.1), one after the other.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Whether the marker that ends the picture was found.
    is_ended: bool,
}

impl<'a> Segments<'a> {
    /// Starts after the marker that starts a picture.
    fn new(bytes: &'a [u8]) -> Result<Self, Fault> {
        if bytes.starts_with(&[0xFF, SOI]) { Ok(Self { bytes, at: 2, is_ended: false }) } else { Err(BROKEN) }
    }

    /// The next marker and its segment, which is empty for the end of the picture, marked or not. Bytes before the
    /// marker are not part of the picture.
    fn next_segment(&mut self) -> Result<(u8, &'a [u8]), Fault> {
        let is_marker = |pair: &[u8]| pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xFF);
        let Some(before) = self.bytes[self.at..].windows(2).position(is_marker) else {
            self.at = self.bytes.len();
            return Ok((EOI, &[]));
        };
        let marker = self.bytes[self.at + before + 1];
        self.at += before + 2;
        match marker {
            EOI => {
                self.is_ended = true;
                Ok((EOI, &[]))
            }
            0xC0..=0xCF | 0xDA..=0xFE => self.payload(marker),
            _ => Err(BROKEN),
        }
    }

    fn payload(&mut self, marker: u8) -> Result<(u8, &'a [u8]), Fault> {
        let rest = &self.bytes[self.at..];
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk().ok_or(BROKEN)?));
        let payload = rest.get(2..length).ok_or(BROKEN)?;
        self.at += length;
        Ok((marker, payload))
    }
}
