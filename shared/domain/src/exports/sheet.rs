//! A part of a file of records: CSV (RFC 4180) that a spreadsheet shows as it is, and evaluates nothing of.

use super::ExportColumns;
use crate::{
    Time,
    records::{RecordPerson, RecordRow},
    text::is_invisible,
};
use bytes::Bytes;
use chrono::SecondsFormat;
use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

const PLAIN: [&str; 8] =
    ["record_id", "kind", "status", "created_at", "expires_at", "client_reference_id", "score", "review"];
const PERSONAL: [&str; 10] = [
    "validated_at",
    "name",
    "last_name",
    "document_type",
    "document_number",
    "document_country",
    "email",
    "phone",
    "language",
    "metadata",
];
/// Without it Excel takes UTF-8 for the code page of the computer.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Has no `Debug`: it may be about persons.
pub struct Sheet {
    lines: Writer<Vec<u8>>,
    columns: ExportColumns,
    records: u64,
}

impl Sheet {
    /// The beginning of a file, with the names of its columns.
    pub fn first(columns: ExportColumns) -> Self {
        let mut sheet = Self::on(BYTE_ORDER_MARK.to_vec(), columns);
        let personal: &[&str] = if columns == ExportColumns::Personal { &PERSONAL } else { &[] };
        for name in PLAIN.iter().chain(personal) {
            sheet.cell(name);
        }
        sheet.end_line();
        sheet
    }

    /// What follows it.
    pub fn next(columns: ExportColumns) -> Self {
        Self::on(Vec::new(), columns)
    }

    fn on(bytes: Vec<u8>, columns: ExportColumns) -> Self {
        let mut lines = WriterBuilder::new();
        // A careless reader takes other characters than commas for the end of a cell that is not in quotes.
        lines.quote_style(QuoteStyle::Always).terminator(Terminator::CRLF);
        Self { lines: lines.from_writer(bytes), columns, records: 0 }
    }

    /// A record as it is at `now`. Its person is a matter of the columns.
    pub fn add(&mut self, row: &RecordRow, person: Option<&RecordPerson>, now: Time) {
        self.cell(&row.id.to_string());
        self.cell(row.kind.as_str());
        self.cell(row.status(now).as_str());
        self.cell(&written(row.created_at));
        self.cell(&written(row.expires_at));
        self.cell(row.client_reference_id.as_ref().map_or("", |id| id.expose()));
        self.cell(&row.score.map_or_else(String::new, |score| score.cut().value().to_string()));
        self.cell(row.review.map_or("", |review| review.as_str()));
        if self.columns == ExportColumns::Personal {
            self.add_person(person);
        }
        self.end_line();
        self.records += 1;
    }

    fn add_person(&mut self, person: Option<&RecordPerson>) {
        let actor = person.and_then(|person| person.actor.as_ref());
        let document = actor.and_then(|actor| actor.identity_document.as_ref());
        let number = document.and_then(|document| document.document_number.as_ref());
        let country = document.and_then(|document| document.country);
        let phone = actor.and_then(|actor| actor.msisdn.as_ref()).map(|phone| phone.e164());
        self.cell(&person.and_then(|person| person.validated_at).map_or_else(String::new, written));
        self.cell(actor.and_then(|actor| actor.name.as_ref()).map_or("", |name| name.expose()));
        self.cell(actor.and_then(|actor| actor.last_name.as_ref()).map_or("", |name| name.expose()));
        self.cell(document.and_then(|document| document.document_type).map_or("", |kind| kind.as_str()));
        self.cell(number.map_or("", |number| number.expose()));
        self.cell(&country.map_or_else(String::new, |country| country.to_string()));
        self.cell(actor.and_then(|actor| actor.email.as_ref()).map_or("", |email| email.expose()));
        self.cell(phone.as_ref().map_or("", |phone| phone.expose()));
        self.cell(actor.map_or("", |actor| actor.language.as_str()));
        let metadata = person.map(|person| &person.metadata).filter(|metadata| !metadata.is_empty());
        self.cell(
            &metadata
                .map_or_else(String::new, |metadata| serde_json::to_string(metadata).expect("texts always serialize")),
        );
    }

    /// How many records there are in it.
    pub fn records(&self) -> u64 {
        self.records
    }

    /// How many bytes it has.
    pub fn size(&mut self) -> usize {
        self.lines.flush().expect(IN_MEMORY);
        self.lines.get_ref().len()
    }

    pub fn into_bytes(self) -> Bytes {
        self.lines.into_inner().map_err(|_| IN_MEMORY).expect(IN_MEMORY).into()
    }

    fn cell(&mut self, text: &str) {
        self.lines.write_field(guarded(text)).expect(IN_MEMORY);
    }

    fn end_line(&mut self) {
        self.lines.write_record(None::<&[u8]>).expect(IN_MEMORY);
    }
}

const IN_MEMORY: &str = "memory takes every line of as many cells";

/// As in answers.
fn written(at: Time) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A text of which no spreadsheet takes anything for a formula: where one could begin, an apostrophe comes first. That is at
/// the beginning, after blanks too, and after whatever a careless reader takes for the end of a cell.
fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut may_begin = true;
    for (at, c) in text.char_indices() {
        if may_begin && begins_formula(c) || at == 0 && matches!(c, '\t' | '\r' | '\n') {
            guarded.push('\'');
        }
        guarded.push(c);
        may_begin = may_end_cell(c) || may_begin && (c.is_whitespace() || is_invisible(c));
    }
    guarded
}

/// With the full-width, small and mathematical forms that some programs take for the same.
fn begins_formula(c: char) -> bool {
    matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '﹦' | '﹢' | '﹣' | '﹫' | '−')
}

fn may_end_cell(c: char) -> bool {
    matches!(c, ',' | ';' | '|' | '"' | '\'' | '\t' | '\r' | '\n' | '，' | '；' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests;
