//! Paths that differ only in how they are encoded are one path (RFC 3986 §6.2.2.2).

use axum::http::{Uri, uri::PathAndQuery};

/// Decodes the letters, digits, `-`, `.`, `_` and `~` that a client encoded without need, so that a router can compare
/// the path. Everything else stays encoded: an encoded slash separates nothing.
pub fn decode_unreserved(uri: &mut Uri) {
    if let Some(decoded) = decoded(uri) {
        *uri = decoded;
    }
}

fn decoded(uri: &Uri) -> Option<Uri> {
    if !uri.path().contains('%') {
        return None;
    }
    let mut pieces = uri.path().split('%');
    let mut path = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let byte = piece.get(..2).and_then(|digits| {
            u8::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))
        });
        match byte.filter(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(byte)) {
            Some(byte) => path.extend([char::from(byte)].into_iter().chain(piece[2..].chars())),
            None => path.extend(["%", piece]),
        }
    }
    if let Some(query) = uri.query() {
        path.extend(["?", query]);
    }
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_needs_no_encoding_is_decoded() {
        for (written, read) in [
            ("/a/%6Ftp/7d%2D4?b=%6f", "/a/otp/7d-4?b=%6f"),
            ("https://example.com/%7Ea%2fb%20c/%C3%A9", "https://example.com/~a%2fb%20c/%C3%A9"),
            ("/%256F/%+1/%6", "/%256F/%+1/%6"),
            ("/plain?%6F", "/plain?%6F"),
        ] {
            let mut uri = written.parse().expect("an address");
            decode_unreserved(&mut uri);
            assert_eq!(uri.to_string(), read);
        }
    }
}
