//! Lengths of time as people write them: `15m`, `4h`, `35d`.

use jiff::SignedDuration;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// From so many hours on a length is told in days.
const HOURS_TOLD: i64 = 72;

/// Reads a length: a whole number and `m`, `h` or `d`, or several of them from long to short: `15m`, `4h`, `35d`, `1d12h`.
///
/// # Errors
///
/// The rule that was broken, as the end of a sentence that starts with the setting's name.
pub fn parse_length(text: &str) -> Result<SignedDuration, String> {
    let form = || format!("must be a length of time such as \"15m\", \"4h\" or \"35d\", found \"{text}\"");
    let mut seconds: i64 = 0;
    let mut digits = String::new();
    let mut finer_than = i64::MAX;
    for letter in text.chars() {
        if letter.is_ascii_digit() {
            digits.push(letter);
            continue;
        }
        let unit = match letter {
            'm' => MINUTE,
            'h' => HOUR,
            'd' => DAY,
            _ => return Err(form()),
        };
        let number: i64 = digits.parse().map_err(|_| form())?;
        if unit >= finer_than {
            return Err(form());
        }
        finer_than = unit;
        digits.clear();
        let more = number.checked_mul(unit).and_then(|more| seconds.checked_add(more));
        seconds = more.ok_or_else(|| format!("must be a length of time that can be counted, found \"{text}\""))?;
    }
    if !digits.is_empty() || text.is_empty() {
        return Err(form());
    }
    Ok(SignedDuration::from_secs(seconds))
}

/// Says a length: `45m`, `25h`, `1h 30m`, and from three days on `35d`, `61d 1h`. What is less than a second is left out.
pub fn say_length(length: SignedDuration) -> String {
    let seconds = length.as_secs();
    if seconds < 0 {
        return format!("-{}", say_length(SignedDuration::from_secs(seconds.saturating_abs())));
    }
    let (days, rest) = if seconds >= HOURS_TOLD * HOUR { (seconds / DAY, seconds % DAY) } else { (0, seconds) };
    let parts = [(days, "d"), (rest / HOUR, "h"), (rest % HOUR / MINUTE, "m"), (rest % MINUTE, "s")];
    let told: Vec<String> = parts.iter().filter(|(number, _)| *number > 0).map(|(number, unit)| format!("{number}{unit}")).collect();
    if told.is_empty() { "0m".to_owned() } else { told.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_read_and_said() {
        let cases = [
            ("15m", "15m"),
            ("4h", "4h"),
            ("35d", "35d"),
            ("90m", "1h 30m"),
            ("1d", "24h"),
            ("1d12h", "36h"),
            ("3d", "3d"),
            ("73h", "3d 1h"),
            ("0m", "0m"),
        ];
        for (written, said) in cases {
            assert_eq!(parse_length(written).map(say_length).as_deref(), Ok(said), "{written}");
        }
        assert_eq!(say_length(SignedDuration::from_secs(61)), "1m 1s");
        assert_eq!(say_length(SignedDuration::from_secs(-60)), "-1m");
    }

    #[test]
    fn what_is_no_length_is_said() {
        for wrong in ["", "15", "m", "15 m", "15s", "1.5h", "-4h", "4h4h", "5m4h", "４h", "P1D", "h4"] {
            let said = parse_length(wrong).unwrap_err();
            assert_eq!(said, format!("must be a length of time such as \"15m\", \"4h\" or \"35d\", found \"{wrong}\""));
        }
        for long in ["99999999999999999999d", "999999999999999999d"] {
            assert!(parse_length(long).is_err(), "{long}");
        }
    }
}
