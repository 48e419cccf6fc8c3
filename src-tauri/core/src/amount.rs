//! Money is whole 分 (`i64`). Yuan, 千元 and 万元 are properties of a form's cell, and this is the one
//! place where an exact sum is rounded into them.

/// 分 in one unit of a form's cell, or 1 for counts.
pub fn scale(unit: &str) -> i64 {
    match unit {
        "元" => 100,
        "千元" => 100_000,
        "万元" => 1_000_000,
        _ => 1,
    }
}

/// Rounds `exact` to whole units of `scale`, half away from zero (四舍五入).
pub fn round(exact: i64, scale: i64) -> i64 {
    let half = scale / 2;
    let (sign, size) = if exact < 0 { (-1, -i128::from(exact)) } else { (1, i128::from(exact)) };
    let units = (size + i128::from(half)) / i128::from(scale);
    sign * i64::try_from(units).unwrap_or(i64::MAX)
}

/// 舍位平衡: places the parts of a sum in units of `scale` so that they add up to the rounded total.
///
/// The total is rounded once; the parts are rounded down and the units that are still missing go to
/// the parts with the largest remainders. No part moves by a whole unit, and a part that is exact
/// already is not touched. (B.4 of domain.md, our reading: the official rule was not found.)
pub fn balance(parts: &[i64], scale: i64) -> (i64, Vec<i64>) {
    let total = round(parts.iter().sum(), scale);
    let mut placed: Vec<i64> = parts.iter().map(|p| p.div_euclid(scale)).collect();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    // Among equal remainders the larger part gives way first: there a unit is the smaller change.
    order.sort_by_key(|&i| (-parts[i].rem_euclid(scale), -parts[i].abs(), i));
    let missing = total - placed.iter().sum::<i64>();
    for &i in order.iter().take(usize::try_from(missing).unwrap_or(0)) {
        placed[i] += 1;
    }
    (total, placed)
}

/// 分 as yuan with two decimals, as people write it: `1234.50`.
pub fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let size = fen.unsigned_abs();
    format!("{sign}{}.{:02}", size / 100, size % 100)
}

/// An exact amount in units of `scale`, without rounding: the shortest decimal. `14650000` 分 in 千元 is 146.5.
#[allow(clippy::cast_precision_loss, reason = "amounts below 90 trillion 元 are exact in an f64's decimal print")]
pub fn in_units(exact: i64, scale: i64) -> f64 {
    exact as f64 / scale as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_half_away_from_zero() {
        for (exact, want) in [(49_999, 0), (50_000, 1), (-49_999, 0), (-50_000, -1), (14_700_000, 147)] {
            assert_eq!(round(exact, 100_000), want, "{exact} 分 in 千元");
        }
    }

    #[test]
    fn a_hundred_thousand_sums_stay_balanced() {
        // A linear congruential generator: the same cases on every machine.
        let mut seed = 20_210_920_u64;
        let mut next = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for case in 0..100_000 {
            let scale = if next(2) == 0 { 100_000 } else { 1_000_000 };
            let parts: Vec<i64> = (0..1 + next(8))
                .map(|_| {
                    let size = 10_u64.pow(1 + u32::try_from(next(10)).unwrap_or(0));
                    let fen = i64::try_from(next(size)).unwrap_or(0);
                    if next(10) == 0 { -fen } else { fen }
                })
                .collect();
            let (total, placed) = balance(&parts, scale);
            assert_eq!(total, round(parts.iter().sum(), scale), "case {case}: the total is the rounded sum");
            assert_eq!(placed.iter().sum::<i64>(), total, "case {case}: the sum holds: {parts:?}");
            for (part, place) in parts.iter().zip(&placed) {
                assert!((place * scale - part).abs() < scale, "case {case}: {part} moved by a unit to {place}");
            }
        }
    }
}
