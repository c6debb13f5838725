//! Parameters of a header's value: `attachment; filename="front.png"` (RFC 2045 §5.1, RFC 2183 §2).

use percent_encoding::percent_decode_str;

/// The value of the first parameter with this name, in any case: a token, a quoted string, or, for a name that ends with
/// `*`, what an extended value (RFC 8187 §3.2) encodes.
pub(crate) fn parameter(value: &str, wanted: &str) -> Option<String> {
    let (_, mut rest) = value.split_once(';')?;
    loop {
        let (name, after) = rest.split_once('=')?;
        let (text, after) = read_value(after.trim_start());
        // A parameter without a value may stand before this one: `; charset; boundary=x`.
        let name = name.rsplit(';').next().unwrap_or(name).trim();
        if name.eq_ignore_ascii_case(wanted) {
            return Some(if name.ends_with('*') { extended(&text)? } else { text });
        }
        rest = after;
    }
}

/// A value, and what follows its semicolon.
fn read_value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let (token, rest) = text.split_once(';').unwrap_or((text, ""));
        return (token.trim().to_owned(), rest);
    };
    let mut value = String::new();
    let mut characters = quoted.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, quoted[at + 1..].split_once(';').map_or("", |(_, rest)| rest)),
            // Nothing else is escaped: a file name of Windows has backslashes of its own.
            '\\' => {
                let escaped = characters.next_if(|&(_, next)| matches!(next, '"' | '\\'));
                value.push(escaped.map_or('\\', |(_, next)| next));
            }
            other => value.push(other),
        }
    }
    (value, "")
}

/// `UTF-8'en'b%C3%A1ck.png`, without its character set and language.
fn extended(text: &str) -> Option<String> {
    let encoded = text.splitn(3, '\'').nth(2)?;
    Some(percent_decode_str(encoded).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::parameter;

    #[test]
    fn a_parameter_is_found_however_it_is_written() {
        for (value, name, read) in [
            ("form-data; name=front", "name", Some("front")),
            ("form-data; name=\"front\"; filename=\"a.png\"", "filename", Some("a.png")),
            ("FORM-DATA;NAME=\"front\"", "name", Some("front")),
            ("form-data ; Name = \"front\" ; size=3", "name", Some("front")),
            ("form-data; filename=\"a; name=back.png\"; name=\"front\"", "name", Some("front")),
            ("form-data; filename=\"a \\\"b\\\" c.png\"; name=\"front\"", "name", Some("front")),
            ("form-data; filename=\"a \\\"b\\\" c.png\"", "filename", Some("a \"b\" c.png")),
            ("attachment; filename=\"C:\\fakepath\\front.png\"", "filename", Some("C:\\fakepath\\front.png")),
            ("attachment; filename=\"C:\\\\fakepath\\\\front.png\"", "filename", Some("C:\\fakepath\\front.png")),
            ("attachment; filename*=UTF-8''b%C3%A1ck.png", "filename*", Some("báck.png")),
            ("attachment; filename*=utf-8'en'back.png", "filename*", Some("back.png")),
            ("multipart/mixed; boundary=----=_Part_0_1.2", "boundary", Some("----=_Part_0_1.2")),
            ("multipart/mixed; comment=\"boundary=z\"; boundary=q;", "boundary", Some("q")),
            ("multipart/mixed; charset; boundary=q", "boundary", Some("q")),
            ("multipart/mixed; boundary=", "boundary", Some("")),
            ("multipart/mixed; boundary=\"open", "boundary", Some("open")),
            ("attachment; filename*=back.png", "filename*", None),
            ("form-data; filename=a.png", "name", None),
            ("form-data; surname=a", "name", None),
            ("name=front", "name", None),
            ("form-data", "name", None),
            ("", "name", None),
        ] {
            assert_eq!(parameter(value, name).as_deref(), read, "{value}");
        }
    }
}
