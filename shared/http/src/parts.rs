//! The parts of a multipart body (RFC 2046 §5.1.1), which is complete in memory: nothing is copied.
//!
//! As strict as the RFC about the lines that separate parts: who writes them otherwise may have cut a picture. And as
//! lenient about the rest: a part needs no headers, a header may be folded, and there may be text before and after.

use acredita_domain::Invalid;
use bytes::Bytes;
use memchr::memmem;

const BROKEN: Invalid = Invalid("is broken multipart");
const LINE_END: &[u8] = b"\r\n";

/// A part: its headers as text, one in a line, and its bytes.
pub(crate) struct Part {
    headers: String,
    pub bytes: Bytes,
}

impl Part {
    /// Headers end at the first empty line, which may be the first one.
    fn read(part: &Bytes) -> Result<Self, Invalid> {
        let (headers, bytes) = match memmem::find(part, b"\r\n\r\n") {
            _ if part.starts_with(LINE_END) => (&part[..0], part.slice(LINE_END.len()..)),
            Some(at) => (&part[..at], part.slice(at + 4..)),
            // Without content, and without the line before it.
            None => (&part[..], Bytes::new()),
        };
        let unfolded = String::from_utf8_lossy(headers).replace("\r\n ", " ").replace("\r\n\t", " ");
        let good = unfolded.lines().all(|line| line.contains(':'));
        if good { Ok(Self { headers: unfolded, bytes }) } else { Err(BROKEN) }
    }

    /// The value of the first header with this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let headers = self.headers.lines().filter_map(|line| line.split_once(':'));
        headers.into_iter().find(|(found, _)| found.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// The parts of a body, in their order. Nothing follows a fault.
pub(crate) struct Parts {
    body: Bytes,
    /// Two hyphens and the boundary.
    delimiter: Vec<u8>,
    /// Where the next part begins; `None` after the last one.
    next: Option<usize>,
}

impl Parts {
    pub fn of(body: Bytes, boundary: &str) -> Result<Self, Invalid> {
        let mut parts = Self { body, delimiter: format!("--{boundary}").into_bytes(), next: None };
        let first = parts.delimiter_from(0).ok_or(BROKEN)?;
        parts.next = first.next;
        Ok(parts)
    }

    /// The next line that is a delimiter.
    fn delimiter_from(&self, from: usize) -> Option<Delimiter> {
        let found = memmem::find_iter(&self.body[from..], &self.delimiter).map(|at| from + at);
        found.into_iter().find_map(|at| {
            let begins_line = at == 0 || self.body[..at].ends_with(LINE_END);
            let rest = &self.body[at + self.delimiter.len()..];
            let padding = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let next = if rest.starts_with(b"--") {
                None
            } else if rest[padding..].starts_with(LINE_END) {
                Some(at + self.delimiter.len() + padding + LINE_END.len())
            } else {
                return None;
            };
            begins_line.then_some(Delimiter { at, next })
        })
    }
}

struct Delimiter {
    at: usize,
    /// Where a part begins after it, unless it is the last.
    next: Option<usize>,
}

impl Iterator for Parts {
    type Item = Result<Part, Invalid>;

    fn next(&mut self) -> Option<Self::Item> {
        let begin = self.next.take()?;
        let Some(delimiter) = self.delimiter_from(begin) else { return Some(Err(BROKEN)) };
        self.next = delimiter.next;
        // The line end before a delimiter belongs to it. Without one there is no part between the two.
        let end = delimiter.at - LINE_END.len();
        let part = (begin <= end).then(|| self.body.slice(begin..end)).ok_or(BROKEN);
        Some(part.and_then(|part| Part::read(&part)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Invalid> {
        let parts = Parts::of(Bytes::copy_from_slice(body), "b")?;
        let shown = |part: Part| (part.header("x-name").unwrap_or("none").to_owned(), part.bytes.to_vec());
        parts.map(|part| part.map(shown)).collect()
    }

    fn parts(expected: &[(&str, &[u8])]) -> Result<Vec<(String, Vec<u8>)>, Invalid> {
        Ok(expected.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec())).collect())
    }

    #[test]
    fn parts_are_what_is_between_delimiters() {
        let one: &[(&str, &[u8])] = &[("a", b"bytes")];
        for (body, expected) in [
            (&b"--b\r\nX-Name: a\r\n\r\nbytes\r\n--b--\r\n"[..], one),
            (b"--b\r\nX-Name: a\r\n\r\nbytes\r\n--b--", one),
            (b"\r\n--b\r\nX-Name: a\r\n\r\nbytes\r\n--b--", one),
            (b"before\r\n--b \t\r\nx-name:a\r\n\r\nbytes\r\n--b--after\r\n--b\r\n\r\nx", one),
            (b"no--b\r\n--bc\r\n--b\r\nX-NAME : a \r\n\r\nbytes\r\n--b--", one),
            (b"--b\r\nOther: 1\r\nX-Name:\r\n a\r\n\r\nbytes\r\n--b--", one),
            (b"--b\r\n\r\nbytes\r\n--b--", &[("none", b"bytes")]),
            (b"--b\r\n\r\n\r\n\r\n--b--", &[("none", b"\r\n")]),
            (b"--b\r\n\r\n1\r\n--b\r\n\r\n\r\n--b\r\n\r\n3\r\n--b--", &[("none", b"1"), ("none", b""), ("none", b"3")]),
            (b"--b\r\nX-Name: a\r\n\r\n--b\n\r\n--bb\r\n--b--", &[("a", b"--b\n\r\n--bb")]),
            (b"--b\r\nX-Name: a\r\n--b--", &[("a", b"")]),
            (b"--b--", &[]),
        ] {
            assert_eq!(read(body), parts(expected), "{:?}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn what_is_cut_off_or_has_other_line_ends_is_broken() {
        for body in [
            &b""[..],
            b"bytes",
            b"--b",
            b"--b\r\n",
            b"--b\r\n\r\nbytes",
            b"--b\r\n\r\nbytes\r\n",
            b"--b\r\n\r\nbytes\r\n--b",
            b"--b\n\nbytes\n--b--\n",
            b"--b\r\n\r\nbytes\n--b--\r\n",
            b"--b\r\n--b--\r\n",
            b"--b\r\nno header\r\n\r\nbytes\r\n--b--",
            b"--c\r\n\r\nbytes\r\n--c--",
        ] {
            assert_eq!(read(body), Err(BROKEN), "{:?}", String::from_utf8_lossy(body));
        }
    }
}
