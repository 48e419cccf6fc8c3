//! A number typed by hand in the place of a computed one.

use std::str::FromStr;

/// A number typed by hand, in hundredths of the cell's unit: 12.5 万元 is 1250.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ByHand(pub i64);

impl From<i64> for ByHand {
    /// Whole units.
    fn from(units: i64) -> ByHand {
        ByHand(units.saturating_mul(100))
    }
}

impl FromStr for ByHand {
    type Err = String;

    fn from_str(text: &str) -> Result<ByHand, String> {
        let bad = || format!("“{text}”不是数，请写成 12 或 12.5，至多两位小数、15 位整数");
        let plain = text.trim();
        let (negative, digits) = plain.strip_prefix(['-', '－']).map_or((false, plain), |rest| (true, rest));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || whole.len() > 15 || part.len() > 2 || !all_digits(whole) || !all_digits(part) {
            return Err(bad());
        }
        let units: i64 = whole.parse().map_err(|_| bad())?;
        let hundredths: i64 = format!("{part:0<2}").parse().map_err(|_| bad())?;
        let size = units * 100 + hundredths;
        Ok(ByHand(if negative { -size } else { size }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_exactly_or_not_at_all() {
        for (text, want) in [
            ("12", Some(1200)),
            ("12.5", Some(1250)),
            (" -0.05 ", Some(-5)),
            ("0.07", Some(7)),
            ("12.345", None),
            ("1e3", None),
            ("", None),
            (".5", None),
            ("-", None),
            ("12.", Some(1200)),
            ("9999999999999999", None),
        ] {
            assert_eq!(text.parse::<ByHand>().ok().map(|v| v.0), want, "{text}");
        }
    }
}
