//! How the lines of a document are arranged.
//!
//! What a card has and a typed sheet has not: labels are smaller than their values, each is above its value and flush
//! with it, the lines are narrow compared with the print as a whole, and there is more than one column.

use crate::{
    geometry::{Point, direction},
    labels::{self, Label},
    text::Line,
};
use std::collections::BTreeSet;

/// Labels that are enough for a document, of those that differ.
const ENOUGH: usize = 4;
/// Labels in their places that are enough.
const ENOUGH_PLACED: usize = 3;
/// The letters of a value are further apart than those of its label by at least this, and higher by that, if both are
/// capitals: heights are known better than distances, which depend on the typeface.
const VALUE_OVER_LABEL: f32 = 1.25;
const HIGHER: f32 = 1.2;
/// Heights of a label from it down to its value, edge to edge, at most.
const FURTHEST: f32 = 1.6;
/// Heights of a label by which a value may begin further left or right.
const FLUSH: f32 = 1.5;
/// The print of a document is at least this many labels wide, in heights of a label's line.
const NARROWEST: f32 = 22.0;

/// How the lines of a picture are arranged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrangement {
    /// Labels and values as on a card or a data page.
    Document,
    /// Labels that are not arranged like those of a document: as large as their values, in front of them on one line,
    /// or all in one column.
    Sheet,
    /// Too few labels were read to know.
    Unclear,
}

/// The labels that were found, and how they are arranged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The different labels.
    pub labels: BTreeSet<Label>,
    /// How many of these are smaller than their value, above it and flush with it.
    pub in_place: usize,
    /// How many are as large as their value, or in front of it on one line.
    pub typed: usize,
    /// Whether there is more than one column.
    pub columns: bool,
    /// All of it together.
    pub arrangement: Arrangement,
}

/// A line in the direction of the print.
struct Item {
    line: Line,
    label: Option<labels::Found>,
    left: f32,
    right: f32,
    middle: f32,
    height: f32,
}

impl Item {
    fn top(&self) -> f32 {
        self.middle - self.height / 2.0
    }

    fn bottom(&self) -> f32 {
        self.middle + self.height / 2.0
    }

    /// Whether it may be the value of this label: below it, and flush with it.
    fn is_below(&self, label: &Self) -> bool {
        self.is_label().is_none()
            && self.middle > label.middle + 0.4 * label.height
            && self.top() - label.bottom() < FURTHEST * label.height
            && (self.left - label.left).abs() < FLUSH * label.height
    }

    /// How many times its capitals are as high as another's.
    fn higher_than(&self, other: &Self) -> Option<f32> {
        let height = |item: &Self| item.line.letter_height().filter(|_| item.line.is_in_capitals());
        Some(height(self)? / height(other)?)
    }

    fn is_label(&self) -> Option<Label> {
        match self.label {
            Some(labels::Found::Line(label)) => Some(label),
            _ => None,
        }
    }
}

/// The lines of a picture, level, from top to bottom.
pub(crate) struct Items(Vec<Item>);

impl Items {
    pub(crate) fn of(lines: Vec<Line>) -> Self {
        let (x, y) = direction(lines.iter().map(|line| line.quad));
        let length = f32::hypot(x, y).max(1.0);
        let (along, across) = (x / length, y / length);
        let level = |point: Point| (point.x * along + point.y * across, point.y * along - point.x * across);
        let item = |line: Line| {
            let [a, b, c, d] = line.quad.0.map(level);
            Item {
                label: labels::find(&line.text()),
                left: (a.0 + d.0) / 2.0,
                right: (b.0 + c.0) / 2.0,
                middle: (a.1 + b.1 + c.1 + d.1) / 4.0,
                height: line.quad.height(),
                line,
            }
        };
        Self(lines.into_iter().map(item).collect())
    }

    /// Puts a label where it was seen at a second look, in place of what was read there at the first.
    pub(crate) fn put_label(&mut self, label: Line) {
        let mut lines: Vec<Line> = std::mem::take(&mut self.0).into_iter().map(|item| item.line).collect();
        lines.retain(|line| !label.quad.contains(line.quad.centre()));
        lines.push(label);
        *self = Self::of(lines);
    }

    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> + Clone {
        self.0.iter().map(|item| &item.line)
    }

    /// Lines that are read as surely as this and have no label above them, with the distance from their left end to what
    /// is next on their right.
    pub(crate) fn without_label(&self, sure: u32) -> impl Iterator<Item = (&Line, f32)> {
        let is_value = move |item: &&Item| item.label.is_none() && item.line.confidence() >= sure;
        let labelled = |item: &&Item| self.0.iter().any(|label| label.is_label().is_some() && item.is_below(label));
        let room = |item: &Item| {
            let right = |other: &&Item| other.left > item.right && (other.middle - item.middle).abs() < item.height;
            self.0.iter().filter(right).map(|other| other.left).fold(f32::MAX, f32::min) - item.left
        };
        self.0.iter().filter(is_value).filter(move |item| !labelled(item)).map(move |item| (&item.line, room(item)))
    }

    /// How far the print reaches in its direction, in pixels.
    pub(crate) fn width(&self) -> f32 {
        let left = self.0.iter().map(|item| item.left).fold(f32::MAX, f32::min);
        let right = self.0.iter().map(|item| item.right).fold(f32::MIN, f32::max);
        (right - left).max(0.0)
    }

    /// The median height of a line, in pixels.
    pub(crate) fn height(&self) -> f32 {
        median(self.0.iter().map(|item| item.height).collect())
    }

    /// The value below a label, and flush with it.
    fn below(&self, label: &Item) -> Option<&Item> {
        self.0.iter().filter(|item| item.is_below(label)).min_by(|a, b| a.middle.total_cmp(&b.middle))
    }

    /// The line below a line, and flush with it.
    pub(crate) fn next(&self, line: &Line) -> Option<&Line> {
        let item = self.0.iter().find(|item| std::ptr::eq(&item.line, line))?;
        self.below(item).map(|below| &below.line)
    }

    /// The value below the first such label.
    pub(crate) fn value(&self, label: Label) -> Option<&Line> {
        let labelled = self.0.iter().find(|item| item.is_label() == Some(label))?;
        self.below(labelled).map(|value| &value.line)
    }

    pub(crate) fn layout(&self) -> Layout {
        let (mut seen, mut flush, mut typed) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        let (mut heights, mut ratios, mut higher) = (Vec::new(), Vec::new(), Vec::new());
        for item in &self.0 {
            let Some(found) = item.label else { continue };
            let label = found.label();
            seen.insert(label);
            let value = self.below(item).filter(|_| label != Label::Title);
            let ratio = value.and_then(|value| Some(value.line.pitch()? / item.line.pitch()?));
            // What was misread of a label looks like a value on its line, unless the value is below it.
            let alone = match found {
                labels::Found::Line(_) => true,
                labels::Found::Beginning(_) => {
                    ratio.is_some_and(|ratio| ratio >= VALUE_OVER_LABEL)
                        && value.is_some_and(|value| value.label.is_none())
                }
            };
            match alone {
                true if value.is_some() => {
                    flush.insert(label);
                    heights.push(item.height);
                    ratios.extend(ratio);
                    higher.extend(value.and_then(|value| value.higher_than(item)));
                }
                true => {}
                // DNI is in front of its number on a card, too.
                false if label != Label::Number && label != Label::Title => {
                    typed.insert(label);
                }
                false => {}
            }
        }
        // One of them may be measured badly, the median is not.
        let smaller = match higher.len() {
            ENOUGH_PLACED.. => median(higher) >= HIGHER,
            _ => median(ratios) >= VALUE_OVER_LABEL,
        };
        let in_place = if smaller { flush.len() } else { 0 };
        let typed = if smaller { typed.len() } else { typed.union(&flush).count() };
        let columns = self.columns();
        let wide = self.width() >= NARROWEST * median(heights);
        let arrangement = match () {
            () if seen.len() < ENOUGH => Arrangement::Unclear,
            () if in_place >= ENOUGH_PLACED && in_place > typed && columns && wide => Arrangement::Document,
            () if in_place >= ENOUGH_PLACED || typed >= ENOUGH_PLACED => Arrangement::Sheet,
            () => Arrangement::Unclear,
        };
        Layout { labels: seen, in_place, typed, columns, arrangement }
    }

    /// Whether two lines are next to each other, each with a left edge of its own.
    fn columns(&self) -> bool {
        let titled = |item: &Item| item.is_label() == Some(Label::Title);
        let rows = self.0.iter().filter(|item| !titled(item));
        rows.clone().any(|one| {
            rows.clone().any(|other| {
                other.left > one.right + one.height && (other.middle - one.middle).abs() < 0.6 * one.height
            })
        })
    }
}

fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::line_at;

    /// Labels of a card and their values, with a label half as high as the value.
    fn card(label: f32, value: f32) -> Vec<Line> {
        let mut lines = vec![line_at("DOCUMENTO NACIONAL DE IDENTIDAD", 300.0, 20.0, 24.0)];
        for (x, y, name, text) in [
            (350.0, 100.0, "APELLIDOS", "MUÑOZ GIL"),
            (350.0, 170.0, "NOMBRE", "ANA"),
            (350.0, 240.0, "SEXO", "F"),
            (550.0, 240.0, "NACIONALIDAD", "ESP"),
            (350.0, 310.0, "FECHA DE NACIMIENTO", "01 02 1980"),
            (350.0, 380.0, "NUM SOPORT", "BTD102210"),
            (600.0, 380.0, "VALIDEZ", "01 02 2030"),
        ] {
            lines.push(line_at(name, x, y, label));
            lines.push(line_at(text, x, y + label + 6.0, value));
        }
        lines.push(line_at("DNI", 30.0, 480.0, label));
        lines.push(line_at("12345678Z", 80.0, 475.0, 28.0));
        lines
    }

    #[test]
    fn a_label_that_is_half_misread_stays_one() {
        let mut lines = card(14.0, 22.0);
        for (line, x, y) in [
            ("NOMBRE XWQKJ", 350.0, 170.0),
            ("NACIONALIDAD QWKXJPWLKX", 550.0, 240.0),
            ("VALIDEZ XKWQJPF", 600.0, 380.0),
        ] {
            lines.retain(|other| other.quad.0[0].x != x || other.quad.0[0].y != y);
            lines.push(line_at(line, x, y, 14.0));
        }
        let layout = Items::of(lines).layout();
        assert_eq!((layout.arrangement, layout.typed), (Arrangement::Document, 0), "{layout:?}");
    }

    /// Lines with their letters so many times as far apart.
    fn spread(mut lines: Vec<Line>, of: impl Fn(&Line) -> bool, times: f32) -> Vec<Line> {
        for line in lines.iter_mut().filter(|line| of(line)) {
            let left = line.quad.0[0].x;
            line.quad.0.iter_mut().for_each(|corner| corner.x = left + times * (corner.x - left));
        }
        lines
    }

    #[test]
    fn capitals_are_compared_by_their_height_however_far_apart_they_are() {
        let is_label = |line: &Line| labels::find(&line.text()).is_some_and(|found| found.label() != Label::Title);
        let wide_labels = Items::of(spread(card(14.0, 22.0), is_label, 1.5)).layout();
        assert_eq!(wide_labels.arrangement, Arrangement::Document, "{wide_labels:?}");
        let wide_values = Items::of(spread(card(20.0, 20.0), |line| !is_label(line), 1.5)).layout();
        assert_eq!(wide_values.arrangement, Arrangement::Sheet, "{wide_values:?}");
    }

    #[test]
    fn a_label_of_the_second_look_replaces_what_was_misread_there() {
        let misread = |line: &Line| ["NOMBRE", "VALIDEZ"].contains(&line.text().as_str());
        let mut lines = card(14.0, 22.0);
        lines.retain(|line| !misread(line));
        lines.extend([line_at("NDNRF", 350.0, 171.0, 12.0), line_at("VAHDF2", 601.0, 380.0, 12.0)]);
        let mut items = Items::of(lines);
        let unlabelled = |items: &Items| items.without_label(50).map(|(line, _)| line.text()).collect::<Vec<_>>();
        assert!(unlabelled(&items).contains(&"ANA".to_owned()) && !unlabelled(&items).contains(&"ESP".to_owned()));
        let before = items.layout().in_place;
        items.put_label(line_at("NOMBRE", 350.0, 170.0, 14.0));
        items.put_label(line_at("VALIDEZ", 600.0, 380.0, 14.0));
        assert_eq!(items.layout().in_place, before + 2);
        assert!(items.lines().all(|line| !["NDNRF", "VAHDF2"].contains(&line.text().as_str())));
    }

    fn typed(rows: &[&str]) -> Vec<Line> {
        rows.iter().enumerate().map(|(row, text)| line_at(text, 60.0, 40.0 + 36.0 * row as f32, 22.0)).collect()
    }

    #[test]
    fn a_card_is_arranged_as_a_document() {
        let layout = Items::of(card(14.0, 22.0)).layout();
        assert_eq!(layout.arrangement, Arrangement::Document, "{layout:?}");
        assert!(layout.labels.len() >= 8 && layout.in_place >= 6 && layout.columns, "{layout:?}");
    }

    #[test]
    fn labels_as_large_as_their_values_are_typed() {
        let layout = Items::of(card(20.0, 20.0)).layout();
        assert_eq!(layout.arrangement, Arrangement::Sheet, "{layout:?}");
    }

    #[test]
    fn a_column_is_a_sheet() {
        let above = typed(&[
            "DOCUMENTO NACIONAL DE IDENTIDAD",
            "APELLIDOS",
            "MUÑOZ GIL",
            "NOMBRE",
            "ANA",
            "SEXO",
            "F",
            "NACIONALIDAD",
            "ESP",
            "FECHA DE NACIMIENTO",
            "01 02 1980",
            "VALIDEZ",
            "01 02 2030",
            "DNI",
            "12345678Z",
        ]);
        let before = typed(&[
            "DOCUMENTO NACIONAL DE IDENTIDAD",
            "APELLIDOS: MUÑOZ GIL",
            "NOMBRE: ANA",
            "FECHA DE NACIMIENTO: 01 02 1980",
            "VALIDEZ: 01 02 2030",
            "DNI 12345678Z",
        ]);
        for lines in [above, before] {
            let layout = Items::of(lines).layout();
            assert_eq!(layout.arrangement, Arrangement::Sheet, "{layout:?}");
        }
    }

    #[test]
    fn data_without_labels_is_unclear() {
        for lines in [typed(&["MUÑOZ GIL", "ANA", "01 02 1980", "12345678Z"]), Vec::new()] {
            assert_eq!(Items::of(lines).layout().arrangement, Arrangement::Unclear);
        }
    }
}
