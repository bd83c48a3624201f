//! Numbers and times for people.

use std::time::Duration;

/// A number with four digits that count.
pub fn short(value: f64) -> String {
    let size = value.abs();
    match size {
        0.0 => "0".to_owned(),
        1e-3..1e5 => {
            let digits = (3 - size.log10().floor() as i32).clamp(0, 6) as usize;
            let text = format!("{value:.digits$}");
            match text.contains('.') {
                true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
                false => text,
            }
        }
        _ if value.is_finite() => {
            let text = format!("{value:.2e}");
            text.replacen(".00e", "e", 1)
        }
        _ => value.to_string(),
    }
}

/// A time by its two largest units.
pub fn duration(time: Duration) -> String {
    let seconds = time.as_secs();
    let [days, hours, minutes] = [seconds / 86400, seconds / 3600 % 24, seconds / 60 % 60];
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {} s", seconds % 60),
        (0, ..) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        let cases = [
            (0.0, "0"),
            (12.3456, "12.35"),
            (0.001, "0.001"),
            (-0.25, "-0.25"),
            (4000.0, "4000"),
            (12345.6, "12346"),
            (1e-5, "1e-5"),
            (2.346e7, "2.35e7"),
            (f64::NAN, "NaN"),
        ];
        cases.iter().for_each(|&(value, text)| assert_eq!(short(value), text));
    }

    #[test]
    fn times_have_two_units() {
        let cases = [(59, "59 s"), (61, "1 min 1 s"), (7260, "2 h 1 min"), (180_000, "2 d 2 h")];
        cases.iter().for_each(|&(seconds, text)| assert_eq!(duration(Duration::from_secs(seconds)), text));
    }
}
