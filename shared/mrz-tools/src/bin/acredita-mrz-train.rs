//! `acredita-mrz-train FONT WEIGHTS [STEPS [SEED]]`: draws the font, learns, writes the weights, and reports how good
//! they are.

use acredita_mrz::network::Network;
use acredita_mrz_tools::{glyphs::Glyphs, learn, measure, pack, scene::Conditions};
use std::{env, fs, process::ExitCode};

/// Enough for the loss to stop falling; about twenty minutes on one core.
const STEPS: usize = 30_000;
const SEED: u64 = 20_261_120;
/// Examples per measurement: the standard deviation of a share near 0.99 is then a thousandth.
const MEASURED: usize = 10_000;
/// Resolutions in pixels per pitch, and blur in pitches, at which the result is measured.
const RESOLUTIONS: [f32; 5] = [8.0, 10.0, 13.0, 17.0, 24.0];
const BLURS: [f32; 4] = [0.0, 0.05, 0.10, 0.15];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    let [font, weights, rest @ ..] = arguments else {
        return Err("usage: acredita-mrz-train FONT WEIGHTS [STEPS [SEED]]".into());
    };
    let steps = rest.first().map_or(Ok(STEPS), |text| text.parse()).map_err(|error| format!("STEPS: {error}"))?;
    let seed = rest.get(1).map_or(Ok(SEED), |text| text.parse()).map_err(|error| format!("SEED: {error}"))?;
    let bytes = fs::read(font).map_err(|error| format!("{font}: {error}"))?;
    let glyphs = Glyphs::from_font(bytes).map_err(|error| format!("{font}: {error}"))?;
    let save = |packed: &[u8]| fs::write(weights, packed).map_err(|error| format!("{weights}: {error}"));
    if steps > 0 {
        let learnt = learn::learn(&glyphs, seed, steps, |progress, parameters| {
            eprintln!(
                "step {:6}  surprise {:.4}  recognised {:.4}",
                progress.step, progress.surprise, progress.recognised
            );
            // The weights so far can be used while training continues.
            if progress.step % 5000 == 0
                && let Err(message) = save(&pack::pack(parameters))
            {
                eprintln!("{message}");
            }
        });
        save(&pack::pack(&learnt))?;
    }
    let packed = fs::read(weights).map_err(|error| format!("{weights}: {error}"))?;
    let network = Network::unpack(&packed).ok_or("the weights do not have the size of the network")?;
    eprintln!("as trained: {:.4}", measure::recognised(&network, &glyphs, seed + 1, MEASURED, None));
    eprintln!("| pixels per pitch | {} |", BLURS.map(|blur| format!("blur {blur:.2}")).join(" | "));
    for resolution in RESOLUTIONS {
        let shares = BLURS.map(|blur| {
            let share =
                measure::recognised(&network, &glyphs, seed + 2, MEASURED / 4, Some(Conditions { resolution, blur }));
            format!("{share:.4}")
        });
        eprintln!("| {resolution} | {} |", shares.join(" | "));
    }
    Ok(())
}
