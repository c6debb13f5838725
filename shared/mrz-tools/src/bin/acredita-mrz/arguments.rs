//! The command line.

const USAGE: &str = "\
usage: acredita-mrz read [--explain OUT.png] [--budget MILLISECONDS] [--details] FILE...

Reads the machine-readable zones of JPEG and PNG pictures and prints one JSON object a line. A picture that cannot be read is an answer, too.
  --explain OUT.png       draw what was seen: the zone, its cells, and doubtful characters in red
  --budget MILLISECONDS   look at a picture no longer than this
  --details               print quality, corners, check digits and the raw text of every zone, too";

#[derive(Debug, PartialEq)]
pub struct Command {
    pub files: Vec<String>,
    /// The file for a drawing of what was seen of the last picture.
    pub explain: Option<String>,
    /// The budget for a picture.
    pub milliseconds: Option<f64>,
    /// Whether to print everything known about a zone.
    pub details: bool,
}

/// Parses the arguments, without the program's name. An error is the text to print: a fault, or the help that was asked
/// for.
pub fn parse(arguments: &[String]) -> Result<Command, String> {
    let Some((first, rest)) = arguments.split_first() else {
        return Err(USAGE.into());
    };
    if first != "read" {
        return Err(USAGE.into());
    }
    let mut command = Command { files: Vec::new(), explain: None, milliseconds: None, details: false };
    let mut rest = rest.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| format!("{argument} needs a value\n{USAGE}"));
        match argument.as_str() {
            "--explain" => command.explain = Some(value()?),
            "--budget" => {
                let text = value()?;
                command.milliseconds =
                    Some(text.parse().map_err(|_| format!("{text} is not a number of milliseconds"))?);
            }
            "--details" => command.details = true,
            "--" => command.files.extend(rest.by_ref().cloned()),
            option if option.starts_with("--") => return Err(format!("unknown option {option}\n{USAGE}")),
            file => command.files.push(file.to_owned()),
        }
    }
    match (&command.files[..], &command.explain) {
        ([], _) => Err(USAGE.into()),
        ([_, _, ..], Some(_)) => Err("--explain draws one picture: give one FILE".into()),
        _ => Ok(command),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Command, String> {
        parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_and_files_may_be_mixed() {
        let command = parsed("read a.jpg --budget 50 --details -- --b.png").expect("valid");
        assert_eq!(
            command,
            Command {
                files: vec!["a.jpg".into(), "--b.png".into()],
                explain: None,
                milliseconds: Some(50.0),
                details: true
            }
        );
        assert_eq!(parsed("read --explain o.png a.jpg").expect("valid").explain.as_deref(), Some("o.png"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for line in
            ["", "read", "write a", "read --explain", "read --budget soon a", "read --fast a", "read --explain o a b"]
        {
            assert!(parsed(line).is_err(), "{line}");
        }
    }
}
