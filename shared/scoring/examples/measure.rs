//! Temporary.
use acredita_domain::{pictures::*, ports::*};
use acredita_scoring::*;
use std::time::Instant;
fn cpu() -> f64 { let s = std::fs::read_to_string("/proc/self/stat").unwrap(); let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect(); (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) * 10.0 }
fn main() {
    let rt = tokio::runtime::Builder::new_current_thread().build().unwrap();
    rt.block_on(async {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let reader = InternalPictureReader::new();
        let scorer = InternalScorer::new();
        let repeat: usize = std::env::var("REPEAT").ok().and_then(|r| r.parse().ok()).unwrap_or(1);
        if std::env::var("PAIRS").is_ok() {
            let mut all = vec![];
            for f in &args { all.push(reader.read(std::fs::read(f).unwrap()).await.unwrap()); }
            let mut fails = 0; let mut n = 0;
            for i in 0..all.len() { for j in i + 1..all.len() {
                let v = scorer.score(ScoreRequest { document: None, declared: None, front: Some(&all[i]), back: Some(&all[j]), now: Default::default() }).await.unwrap();
                n += 1; let r = v.breakdown[6].result.as_str(); if r != "PASS" { fails += 1; println!("{} {} {r}", args[i], args[j]); } } }
            println!("pairs {n} not different {fails}");
            return;
        }
        for file in args {
            let bytes = std::fs::read(&file).unwrap();
            let c = cpu(); let t = Instant::now();
            let mut p = None;
            for _ in 0..repeat { p = Some(reader.read(bytes.clone()).await); }
            let (dc, dt) = ((cpu() - c) / repeat as f64, t.elapsed().as_secs_f64() * 1000.0 / repeat as f64);
            let p = match p.unwrap() { Ok(p) => p, Err(e) => { println!("{file}: {e}"); continue } };
            if let Ok(pgm) = std::fs::read(file.replace(".jpg", ".pgm")) {
                if file.contains(".jpg") {
                let raw = &pgm[pgm.len() - p.luma.pixels.len()..];
                let s: u64 = raw.iter().zip(&p.luma.pixels).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
                println!("{file}: {:?} err {:.2}", p, s as f64 / raw.len() as f64);
                continue;
                }
            }
            let c = cpu(); let t = Instant::now();
            let mut v = None;
            for _ in 0..repeat { v = Some(scorer.score(ScoreRequest { document: None, declared: None, front: Some(&p), back: None, now: Default::default() }).await.unwrap()); }
            let v = v.unwrap();
            println!("{file}: {p:?} decode cpu {dc:.1} wall {dt:.1} score cpu {:.1} wall {:.1} => {}", (cpu() - c) / repeat as f64, t.elapsed().as_secs_f64() * 1000.0 / repeat as f64, v.score.value());
            for l in v.breakdown.iter().skip(1).take(5) { println!("    {:12} {:5} {:.2} {}", l.name.as_str(), l.result.as_str(), l.score.map_or(-1.0, |s| s.value()), l.details); }
        }
    });
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    println!("{}", status.lines().find(|l| l.starts_with("VmHWM")).unwrap());
}
