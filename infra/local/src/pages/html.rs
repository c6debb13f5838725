//! HTML assembled from templates. Only [`Html`] gets into a page, and text becomes [`Html`] by being
//! escaped: forgetting to does not compile.

use std::fmt;

const LAYOUT: &str = include_str!("../../assets/layout.html");
const TEXT_HEAD: &str = r#"<link rel="stylesheet" href="/local/assets/text.css">"#;

/// HTML that is safe to put into a page, between tags or in a quoted attribute.
#[derive(Clone, Default)]
pub struct Html(String);

impl Html {
    /// Trusted markup.
    pub const fn empty() -> Self {
        Self(String::new())
    }

    /// Any text, escaped.
    pub fn text(text: impl fmt::Display) -> Self {
        let mut escaped = String::new();
        for c in text.to_string().chars() {
            match c {
                '&' => escaped.push_str("&amp;"),
                '<' => escaped.push_str("&lt;"),
                '>' => escaped.push_str("&gt;"),
                '"' => escaped.push_str("&quot;"),
                '\'' => escaped.push_str("&#39;"),
                c => escaped.push(c),
            }
        }
        Self(escaped)
    }

    /// A text quoted as one word of a shell.
    pub fn shell(text: &str) -> Self {
        Self::text(shell_word(text))
    }

    /// A trusted template with its slots, `{{name}}`, filled. The contents of a slot are not expanded again.
    pub fn template(template: &'static str, slots: &[(&str, Html)]) -> Self {
        let mut page = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, (name, after))) =
            rest.split_once("{{").and_then(|(before, slot)| Some((before, slot.split_once("}}")?)))
        {
            page.push_str(before);
            let filling = slots.iter().find(|(slot, _)| *slot == name);
            debug_assert!(filling.is_some(), "nothing fills the slot {name}");
            page.push_str(filling.map_or("", |(_, html)| &html.0));
            rest = after;
        }
        page.push_str(rest);
        Self(page)
    }

    /// A complete page: `body` with the head, navigation and style that our pages share.
    pub fn page(title: &'static str, head: Html, body: Html) -> String {
        let text = Self::template(TEXT_HEAD, &[]);
        Self::frame(title, Self::from_iter([text, head]), body)
    }

    /// A complete page around content with a style of its own.
    pub fn frame(title: &'static str, head: Html, body: Html) -> String {
        Self::template(LAYOUT, &[("title", Self::text(title)), ("head", head), ("body", body)]).0
    }
}

impl FromIterator<Html> for Html {
    fn from_iter<I: IntoIterator<Item = Html>>(parts: I) -> Self {
        Self(parts.into_iter().map(|part| part.0).collect())
    }
}

/// Within single quotes a shell interprets nothing but the closing quote (POSIX.1-2024, XCU 2.2.2).
pub fn shell_word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_become_markup() {
        let html = Html::text(r#"<img src=x onerror="alert('&')">"#);
        assert_eq!(html.0, "&lt;img src=x onerror=&quot;alert(&#39;&amp;&#39;)&quot;&gt;");
    }

    #[test]
    fn what_fills_a_slot_is_not_a_template() {
        let html = Html::template("{{a}}-{{b}}", &[("a", Html::text("{{b}}")), ("b", Html::text("secret"))]);
        assert_eq!(html.0, "{{b}}-secret");
    }

    #[test]
    fn a_shell_word_stays_one_word() {
        assert_eq!(shell_word("it's; rm -rf $HOME"), r"'it'\''s; rm -rf $HOME'");
    }
}
