//! Reporting periods and the windows of dates that a figure looks at.

use chrono::{Datelike, Days, NaiveDate};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a form reports on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Period {
    /// A quarter, written `2021Q3`.
    Quarter {
        /// Calendar year.
        year: i32,
        /// 1 to 4.
        quarter: u32,
    },
    /// A calendar year, written `2021`.
    Year {
        /// Calendar year.
        year: i32,
    },
    /// The state on one day, written `2021-09-20`.
    Day(NaiveDate),
}

/// Which flows a quarterly form counts: 本季 or 本年累计. The official source does not say which
/// (domain.md B.3), so it is a setting of the edition and of each filing, and printed with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[ts(export_to = "types.ts")]
pub enum Basis {
    /// 本季: from the day after the previous quarter's cut-off (in a year's first quarter: 1 January).
    Quarter,
    /// 本年累计: from 1 January of the period's year.
    Ytd,
}

impl Basis {
    /// 本季 or 本年累计.
    pub fn label(self) -> &'static str {
        match self {
            Basis::Quarter => "本季",
            Basis::Ytd => "本年累计",
        }
    }
}

impl std::str::FromStr for Basis {
    type Err = String;
    fn from_str(s: &str) -> Result<Basis, String> {
        match s {
            "quarter" | "本季" => Ok(Basis::Quarter),
            "ytd" | "本年累计" => Ok(Basis::Ytd),
            _ => Err(format!("口径“{s}”无法识别，请写 quarter(本季) 或 ytd(本年累计)")),
        }
    }
}

impl Period {
    /// Reads `2021Q3`, `2021` or `2021-09-20`.
    pub fn parse(s: &str) -> Result<Period, String> {
        let bad = || format!("报告期“{s}”无法识别，请写成 2021Q3(季度)、2021(年度)或 2021-09-20(时点)");
        let s = s.trim();
        if let Some((year, quarter)) = s.split_once(['Q', 'q']) {
            let year = year.parse().map_err(|_| bad())?;
            let quarter = quarter.parse().map_err(|_| bad())?;
            if !(1..=4).contains(&quarter) || !(1900..=9999).contains(&year) {
                return Err(bad());
            }
            return Ok(Period::Quarter { year, quarter });
        }
        if s.len() == 4 {
            let year = s.parse().map_err(|_| bad())?;
            return if (1900..=9999).contains(&year) { Ok(Period::Year { year }) } else { Err(bad()) };
        }
        NaiveDate::parse_from_str(s, "%Y-%m-%d").map(Period::Day).map_err(|_| bad())
    }

    /// The quarter in which a day lies.
    pub fn quarter_of(day: NaiveDate) -> Period {
        Period::Quarter { year: day.year(), quarter: day.month0() / 3 + 1 }
    }

    /// Calendar year of the period.
    pub fn year(self) -> i32 {
        match self {
            Period::Quarter { year, .. } | Period::Year { year } => year,
            Period::Day(day) => day.year(),
        }
    }

    /// Last calendar month of the period, 1 to 12.
    pub fn last_month(self) -> u32 {
        match self {
            Period::Quarter { quarter, .. } => quarter * 3,
            Period::Year { .. } => 12,
            Period::Day(day) => day.month(),
        }
    }

    /// The period of the same length before this one; none for a day.
    pub fn previous(self) -> Option<Period> {
        match self {
            Period::Quarter { year, quarter: 1 } => Some(Period::Quarter { year: year - 1, quarter: 4 }),
            Period::Quarter { year, quarter } => Some(Period::Quarter { year, quarter: quarter - 1 }),
            Period::Year { year } => Some(Period::Year { year: year - 1 }),
            Period::Day(_) => None,
        }
    }

    /// As the portal prints a quarter: 2021年09月; a year 2021年; a day 2021年9月20日.
    pub fn label(self) -> String {
        match self {
            Period::Quarter { year, quarter } => format!("{year}年{:02}月", quarter * 3),
            Period::Year { year } => format!("{year}年"),
            Period::Day(day) => chinese_date(day),
        }
    }

    /// The `day`-th of the period's last month (the month's last day when it is shorter);
    /// 31 December of a year; the day itself of a day.
    pub fn cutoff(self, day: u32) -> NaiveDate {
        match self {
            Period::Day(day) => day,
            Period::Year { year } => last_of_month(year, 12),
            Period::Quarter { year, .. } => {
                let month = self.last_month();
                NaiveDate::from_ymd_opt(year, month, day).unwrap_or_else(|| last_of_month(year, month))
            }
        }
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Period::Quarter { year, quarter } => write!(f, "{year}Q{quarter}"),
            Period::Year { year } => write!(f, "{year}"),
            Period::Day(day) => write!(f, "{day}"),
        }
    }
}

/// 2021年9月20日.
pub fn chinese_date(day: NaiveDate) -> String {
    format!("{}年{}月{}日", day.year(), day.month(), day.day())
}

/// Last day of a month.
pub fn last_of_month(year: i32, month: u32) -> NaiveDate {
    let (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    NaiveDate::from_ymd_opt(year, month, 1).and_then(|d| d.pred_opt()).unwrap_or(NaiveDate::MAX)
}

/// The days a filing looks at: both ends count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// First day of the flows on the chosen basis.
    pub start: NaiveDate,
    /// The cut-off: last day that counts.
    pub end: NaiveDate,
    /// First day after the previous quarter's cut-off, on either basis: a stock dated before it
    /// is carried forward and says so.
    pub fresh: NaiveDate,
}

impl Window {
    /// The window of a filing. `previous_cutoff` is that of the period before; a year's first
    /// quarter begins on 1 January, since the annual form covers the year before to its last day.
    pub fn new(period: Period, basis: Basis, cutoff: NaiveDate, previous_cutoff: Option<NaiveDate>) -> Window {
        let new_year = NaiveDate::from_ymd_opt(period.year(), 1, 1).unwrap_or(NaiveDate::MIN);
        let fresh = match (period, previous_cutoff) {
            (Period::Quarter { quarter, .. }, Some(day)) if quarter > 1 => {
                day.checked_add_days(Days::new(1)).unwrap_or(day).max(new_year)
            }
            _ => new_year,
        };
        let start = if basis == Basis::Quarter { fresh } else { new_year };
        Window { start, end: cutoff, fresh }
    }

    /// Whether a day lies in the window.
    pub fn holds(&self, day: NaiveDate) -> bool {
        self.start <= day && day <= self.end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(s: &str) -> NaiveDate {
        s.parse().unwrap_or(NaiveDate::MIN)
    }

    #[test]
    fn periods_read_and_write() {
        for s in ["2021Q3", "2021", "2021-09-20"] {
            assert_eq!(Period::parse(s).map(|p| p.to_string()), Ok(s.to_owned()));
        }
        for s in ["2021Q5", "21Q3", "", "2021-13-01", "二〇二一"] {
            assert!(Period::parse(s).is_err(), "{s} is no period");
        }
        assert_eq!(Period::Quarter { year: 2021, quarter: 3 }.label(), "2021年09月", "printed as the portal prints it");
    }

    #[test]
    fn quarters_meet_without_gap_or_overlap() {
        let q = |quarter| Period::Quarter { year: 2021, quarter };
        let q2 = Window::new(q(2), Basis::Quarter, q(2).cutoff(20), Some(q(1).cutoff(20)));
        let q3 = Window::new(q(3), Basis::Quarter, q(3).cutoff(20), Some(q2.end));
        assert_eq!((q3.start, q3.end), (day("2021-06-21"), day("2021-09-20")));
        assert!(q2.holds(day("2021-06-20")) && !q3.holds(day("2021-06-20")), "a cut-off day belongs to one quarter");
        let first = Window::new(q(1), Basis::Quarter, q(1).cutoff(20), Some(day("2020-12-20")));
        assert_eq!(first.start, day("2021-01-01"), "a year begins on its first day");
        assert_eq!(Window::new(q(3), Basis::Ytd, q(3).cutoff(20), Some(q2.end)).start, day("2021-01-01"));
    }
}
