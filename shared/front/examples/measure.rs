//! Measures the reader on drawn pictures, and prints its accuracy as Markdown tables.
//!
//! cargo run --release -p acredita-front --example measure -- FOLDER …
//!
//! Folders as `tests/perf/front` draws them: `truth.jsonl` has a row for each document, with its picture (`front`), its
//! `level`, what is `printed` on it, and where its zone is. A row with an `attack` is counted by its kind, and nothing is
//! compared with it.
#![allow(clippy::print_stdout)]

use acredita_front::{Agreement, Arrangement, Date, Expected, Front, Judgement, Point, Quad, Reader};
use serde_json::Value;
use std::{collections::BTreeMap, env, error::Error, fs, path::Path};

/// Data of a drawn document, as a zone has it.
#[derive(Clone)]
struct Truth {
    number: String,
    document: String,
    surnames: String,
    given_names: String,
    birth: Date,
    expiry: Date,
}

impl Truth {
    fn of(row: &Value) -> Option<Self> {
        let printed = &row["printed"];
        // 01 02 1980, with whatever stands between.
        let date = |name: &str| {
            let text = printed[name].as_str()?;
            let part = |from: usize, to: usize| text.get(from..to)?.parse::<u16>().ok();
            let small = |from: usize, to: usize| u8::try_from(part(from, to)?).ok();
            Date::new(part(6, 10)?, small(3, 5)?, small(0, 2)?)
        };
        let surnames: Vec<&str> = printed["surnames"].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(Self {
            number: printed["number"].as_str()?.to_owned(),
            document: printed["support"].as_str()?.to_owned(),
            surnames: plain(&surnames.join(" ")),
            given_names: plain(printed["given"].as_str()?),
            birth: date("birth")?,
            expiry: date("expiry")?,
        })
    }

    fn expected(&self) -> Expected<'_> {
        Expected {
            number: Some(&self.number),
            document: Some(&self.document),
            surnames: Some(&self.surnames),
            given_names: Some(&self.given_names),
            names_cut: false,
            birth: Some(self.birth),
            expiry: Some(self.expiry),
        }
    }
}

/// Without accents, as a zone spells it.
fn plain(name: &str) -> String {
    let accents = ["ÁÀÂ", "ÉÈÊ", "ÍÌÏ", "ÓÒÔ", "ÚÙÜ", "Ñ", "Ç"].into_iter().zip("AEIOUNC".chars());
    let accents: Vec<(&str, char)> = accents.collect();
    let letter = |letter| accents.iter().find(|(from, _)| from.contains(letter)).map_or(letter, |(_, to)| *to);
    name.chars().map(letter).collect()
}

/// The fields of a judgement, by name.
fn fields(judgement: Judgement) -> [(&'static str, Agreement); 6] {
    [
        ("number", judgement.number),
        ("document number", judgement.document),
        ("surnames", judgement.surnames),
        ("given names", judgement.given_names),
        ("birth", judgement.birth),
        ("expiry", judgement.expiry),
    ]
}

/// Number, names and dates.
fn all(judgement: Judgement) -> bool {
    let others = [judgement.surnames, judgement.given_names, judgement.birth, judgement.expiry];
    judgement.number == Agreement::Agrees && others.iter().all(|agreement| *agreement == Agreement::Agrees)
}

/// What makes a document consistent with a zone: the number and two more.
fn consistent(judgement: Judgement) -> bool {
    let names = [judgement.surnames, judgement.given_names].iter().all(|agreement| *agreement == Agreement::Agrees);
    let others = [judgement.document, judgement.birth, judgement.expiry];
    let others = others.iter().filter(|agreement| **agreement == Agreement::Agrees).count();
    judgement.number == Agreement::Agrees && usize::from(names) + others >= 2
}

/// Every value with one character altered so that it could still be one, and a way to see whether it agrees.
fn altered(front: &Front, truth: &Truth, counts: &mut BTreeMap<&'static str, (usize, usize)>) {
    let mut count = |name: &'static str, agreement: Agreement| {
        let (of, agree) = counts.entry(name).or_default();
        *of += 1;
        *agree += usize::from(agreement == Agreement::Agrees);
    };
    for other in altered_texts(&truth.number, true) {
        count("number", front.judge(Expected { number: Some(&other), ..Expected::default() }).number);
    }
    for other in altered_texts(&truth.document, false) {
        count("document number", front.judge(Expected { document: Some(&other), ..Expected::default() }).document);
    }
    for other in altered_texts(&truth.surnames, false) {
        count("surnames", front.judge(Expected { surnames: Some(&other), ..Expected::default() }).surnames);
    }
    for other in altered_texts(&truth.given_names, false) {
        count("given names", front.judge(Expected { given_names: Some(&other), ..Expected::default() }).given_names);
    }
    for other in altered_dates(truth.birth) {
        count("birth", front.judge(Expected { birth: Some(other), ..Expected::default() }).birth);
    }
    for other in altered_dates(truth.expiry) {
        count("expiry", front.judge(Expected { expiry: Some(other), ..Expected::default() }).expiry);
    }
}

const CONTROL: &[u8; 23] = b"TRWAGMYFPDXBNJZSQVHLCKE";

fn altered_texts(text: &str, number: bool) -> Vec<String> {
    let mut texts = Vec::new();
    for (at, letter) in text.char_indices() {
        let others = match letter {
            '0'..='9' => "0123456789",
            'A'..='Z' if !number => "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            _ => "",
        };
        for other in others.chars().filter(|other| *other != letter) {
            let mut altered = text.to_owned();
            altered.replace_range(at..=at, other.encode_utf8(&mut [0; 4]));
            if number {
                let digits = altered[..8].replace('X', "0").replace('Y', "1").replace('Z', "2");
                let control = CONTROL[digits.parse::<usize>().unwrap_or_default() % 23];
                altered.replace_range(8.., char::from(control).encode_utf8(&mut [0; 4]));
            }
            texts.push(altered);
        }
    }
    texts
}

fn altered_dates(date: Date) -> Vec<Date> {
    let text = format!("{:02}{:02}{:04}", date.day(), date.month(), date.year());
    let part = |text: &str, from: usize, to: usize| text[from..to].parse().ok();
    let date = |text: &String| {
        let day = part(text, 0, 2).and_then(|day: u16| u8::try_from(day).ok())?;
        let month = part(text, 2, 4).and_then(|month: u16| u8::try_from(month).ok())?;
        Date::new(part(text, 4, 8)?, month, day)
    };
    altered_texts(&text, false).iter().filter_map(date).collect()
}

#[cfg(unix)]
fn cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

#[cfg(not(unix))]
fn cpu_ms() -> f64 {
    0.0
}

fn percent(count: usize, of: usize) -> String {
    if of == 0 { "–".to_owned() } else { format!("{:.1} %", 100.0 * count as f64 / of as f64) }
}

struct Picture {
    name: String,
    level: String,
    truth: Option<Truth>,
    front: Front,
    cpu: f64,
}

/// The lines of the zone on the printed side.
fn zone(row: &Value) -> Vec<Quad> {
    let fields = row["places"]["front"]["fields"].as_array().into_iter().flatten();
    let corner = |corner: &Value| Some(Point { x: corner[0].as_f64()? as f32, y: corner[1].as_f64()? as f32 });
    let quad = |corners: &Value| {
        Some(Quad([corner(&corners[0])?, corner(&corners[1])?, corner(&corners[2])?, corner(&corners[3])?]))
    };
    fields.filter(|field| field[0] == "zone").filter_map(|field| quad(&field[2])).collect()
}

fn read(reader: &Reader, folder: &str) -> Result<Vec<Picture>, Box<dyn Error>> {
    let rows = fs::read_to_string(Path::new(folder).join("truth.jsonl"))?;
    let mut pictures = Vec::new();
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row)?;
        let Some(file) = row["front"].as_str() else { continue };
        let name = format!("{folder}/{file}");
        let luma = acredita_pictures::decode(&fs::read(&name)?)?;
        let zone = zone(&row);
        let start = cpu_ms();
        let front = reader.read(&luma, &zone)?;
        let cpu = cpu_ms() - start;
        let level = row["attack"].as_str().or(row["level"].as_str()).unwrap_or("none").to_owned();
        let truth = if row["attack"].is_null() { Truth::of(&row) } else { None };
        pictures.push(Picture { name, level, truth, front, cpu });
    }
    Ok(pictures)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (paths, verbose): (Vec<String>, bool) = {
        let (flags, paths): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|path| path.starts_with("--"));
        (paths, flags.iter().any(|flag| flag == "--verbose"))
    };
    let reader = Reader::new();
    let start = cpu_ms();
    reader.read(&acredita_pictures::Luma { width: 32, height: 32, pixels: vec![0; 32 * 32] }, &[])?;
    println!("Loading: {:.0} ms of CPU.\n", cpu_ms() - start);
    println!(
        "| pictures | number | {} | number, names, dates | consistent | document | sheet | other number | most lines | columns, median | most | CPU ms, median | most |",
        fields(Judgement::default()).map(|(name, _)| name).join(" | ")
    );
    println!("|---|{}", "--:|".repeat(17));
    let mut pictures = Vec::new();
    for path in &paths {
        let read = read(&reader, path)?;
        let mut levels: Vec<&str> = read.iter().map(|picture| picture.level.as_str()).collect();
        levels.sort_unstable();
        levels.dedup();
        for level in levels {
            let of: Vec<&Picture> = read.iter().filter(|picture| picture.level == level).collect();
            let judged: Vec<Judgement> =
                of.iter().filter_map(|picture| Some(picture.front.judge(picture.truth.as_ref()?.expected()))).collect();
            let agree = |index: usize| {
                percent(
                    judged.iter().filter(|judged| fields(**judged)[index].1 == Agreement::Agrees).count(),
                    judged.len(),
                )
            };
            let arranged =
                |arrangement| of.iter().filter(|picture| picture.front.layout().arrangement == arrangement).count();
            let mut cpu: Vec<f64> = of.iter().map(|picture| picture.cpu).collect();
            cpu.sort_by(f64::total_cmp);
            let mut columns: Vec<usize> = of.iter().map(|picture| picture.front.work().columns).collect();
            columns.sort_unstable();
            println!(
                "| {path}, {level} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {:.0} | {:.0} |",
                of.len(),
                (0..6).map(agree).collect::<Vec<_>>().join(" | "),
                percent(judged.iter().filter(|judged| all(**judged)).count(), judged.len()),
                percent(judged.iter().filter(|judged| consistent(**judged)).count(), judged.len()),
                arranged(Arrangement::Document),
                arranged(Arrangement::Sheet),
                judged.iter().filter(|judged| judged.number == Agreement::Differs).count(),
                of.iter().map(|picture| picture.front.work().lines).max().unwrap_or_default(),
                columns[columns.len() / 2],
                columns[columns.len() - 1],
                cpu[cpu.len() / 2],
                cpu[cpu.len() - 1],
            );
        }
        pictures.extend(read);
    }
    if verbose {
        for picture in &pictures {
            let Some(truth) = &picture.truth else { continue };
            let judged = picture.front.judge(truth.expected());
            let layout = picture.front.layout();
            if !all(judged) || layout.arrangement != Arrangement::Document {
                println!(
                    "\n{}: {:?}\n{:?}\n{} {} {} {:?} {:?}",
                    picture.name,
                    fields(judged),
                    layout,
                    truth.number,
                    truth.surnames,
                    truth.given_names,
                    (truth.birth.day(), truth.birth.month(), truth.birth.year()),
                    (truth.expiry.day(), truth.expiry.month(), truth.expiry.year())
                );
                picture.front.texts().for_each(|(text, sure)| println!("  {sure:>3} {text}"));
            }
        }
    }
    let (mut pairs, mut false_pairs, mut false_numbers) = (0, 0, 0);
    let mut counts = BTreeMap::new();
    for picture in &pictures {
        let Some(own) = &picture.truth else { continue };
        for other in pictures.iter().filter_map(|other| other.truth.as_ref()) {
            if other.number != own.number {
                let number = Expected { number: Some(&other.number), ..Expected::default() };
                let agrees = picture.front.judge(number).number == Agreement::Agrees;
                pairs += 1;
                false_numbers += usize::from(agrees);
                false_pairs += usize::from(agrees && consistent(picture.front.judge(other.expected())));
            }
        }
        altered(&picture.front, own, &mut counts);
    }
    println!("\nFronts of another: {pairs} pairings, {false_pairs} consistent, {false_numbers} with the number.");
    println!("\n| one character altered | number | agree |\n|---|--:|--:|");
    counts.iter().for_each(|(name, (of, agree))| println!("| {name} | {of} | {agree} |"));
    Ok(())
}
