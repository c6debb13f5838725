//! Which spellings of an address lead to one mailbox, by the published rules of the large providers.
//!
//! Only limits count by it: messages go to the address as it was written.

/// What a provider does with the part before the `@`.
struct Rules {
    /// The first one stands for all of them.
    domains: &'static [&'static str],
    /// What follows it is a label that the owner chose.
    label: char,
    /// They make no difference.
    ignored: &'static [char],
}

const PROVIDERS: &[Rules] = &[
    Rules { domains: &["gmail.com", "googlemail.com"], label: '+', ignored: &['.'] },
    Rules { domains: &["icloud.com", "me.com", "mac.com"], label: '+', ignored: &[] },
    Rules {
        domains: &["proton.me", "protonmail.com", "protonmail.ch", "pm.me"],
        label: '+',
        ignored: &['.', '-', '_'],
    },
    // Its disposable addresses are a name, a hyphen and a label.
    Rules { domains: &["yahoo.com"], label: '-', ignored: &[] },
    Rules { domains: &["yahoo.es"], label: '-', ignored: &[] },
    // A dot and a hyphen are the same letter.
    Rules { domains: &["yandex.com", "yandex.ru", "ya.ru"], label: '+', ignored: &['.', '-'] },
];

/// The mailbox of an address in lower case.
pub(super) fn of(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let rules = PROVIDERS.iter().find(|rules| rules.domains.contains(&domain));
    let local = before(local, '+');
    let Some(Rules { domains, label, ignored }) = rules else { return format!("{local}@{domain}") };
    let local: String = before(local, *label).chars().filter(|c| !ignored.contains(c)).collect();
    format!("{local}@{}", domains[0])
}

/// What comes before a label, unless there is nothing.
fn before(local: &str, label: char) -> &str {
    match local.split_once(label) {
        Some((name, _)) if !name.is_empty() => name,
        _ => local,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_mailbox_are_one() {
        for (spellings, mailbox) in [
            (
                &["victim@gmail.com", "v.ictim@gmail.com", "victim+1@gmail.com", "vic.tim+a.b@googlemail.com"][..],
                "victim@gmail.com",
            ),
            (&["victim+1@example.com", "victim+2+3@example.com"], "victim@example.com"),
            (&["v.i@example.com"], "v.i@example.com"),
            (&["victim+x@me.com", "victim@mac.com", "victim@icloud.com"], "victim@icloud.com"),
            (&["vic-tim@pm.me", "vic_tim+1@protonmail.com", "v.ictim@proton.me"], "victim@proton.me"),
            (&["victim-shop@yahoo.com", "victim@yahoo.com"], "victim@yahoo.com"),
            (&["vic-tim@outlook.com", "vic-tim+x@outlook.com"], "vic-tim@outlook.com"),
            (&["vic-tim@yandex.ru", "vic.tim@ya.ru"], "victim@yandex.com"),
            (&["+label@example.com"], "+label@example.com"),
        ] {
            for spelling in spellings {
                assert_eq!(of(spelling), mailbox, "{spelling}");
            }
        }
    }
}
