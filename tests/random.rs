//! Random ledgers, the same on every machine: each comes from its seed alone.

use chrono::{Datelike, Days, Months, NaiveDate};
use incubator::period::Basis;

use crate::rows::{Content, Rows};

/// SplitMix64: small, and every seed gives another sequence.
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n` - 1.
    pub fn below(&mut self, n: i64) -> i64 {
        i64::try_from(self.next() % u64::try_from(n).unwrap_or(1).max(1)).unwrap_or(0)
    }

    /// A number between two, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below(high - low + 1)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, of_hundred: i64) -> bool {
        self.below(100) < of_hundred
    }

    /// One of them.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[usize::try_from(self.below(i64::try_from(from.len()).unwrap_or(1))).unwrap_or(0)].clone()
    }

    /// The content, or in so many of a hundred cases blank.
    pub fn unless<T>(&mut self, blank_percent: i64, content: impl FnOnce(&mut Dice) -> T) -> Option<T> {
        if self.percent(blank_percent) { None } else { Some(content(self)) }
    }
}

/// What a filing asks for.
#[derive(Debug, Clone, Copy)]
pub struct Asked {
    /// Calendar year.
    pub year: i32,
    /// 1 to 4.
    pub quarter: u32,
    /// Last day that counts.
    pub cutoff: NaiveDate,
    /// Cut-off of the quarter before.
    pub previous_cutoff: NaiveDate,
}

impl Asked {
    /// The quarter with every cut-off on the 20th.
    pub fn plain(year: i32, quarter: u32) -> Asked {
        let cutoff = date(year, quarter * 3, 20);
        Asked { year, quarter, cutoff, previous_cutoff: cutoff - Months::new(3) }
    }

    /// As the program writes the quarter.
    pub fn period(&self) -> String {
        format!("{}Q{}", self.year, self.quarter)
    }

    /// First day that counts on a basis.
    pub fn start(&self, basis: Basis) -> NaiveDate {
        let new_year = date(self.year, 1, 1);
        match basis {
            Basis::Quarter if self.quarter > 1 => self.previous_cutoff + Days::new(1),
            _ => new_year,
        }
    }
}

/// A day that exists.
pub fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_else(|| panic!("{year}-{month}-{day} is no day"))
}

/// 收入类别.
pub const LINES: [&str; 5] = ["服务收入", "物业收入", "投资收入", "财政补贴", "其他"];
/// 学历.
pub const SCHOOLING: [&str; 5] = ["博士", "硕士", "本科", "大专", "高中及以下"];

/// Days on which off-by-one mistakes show, and any other day around them.
pub struct Calendar {
    edges: Vec<NaiveDate>,
    asked: Asked,
}

impl Calendar {
    /// The days around a filing.
    pub fn new(asked: Asked) -> Calendar {
        let mut edges = Vec::new();
        for day in [asked.start(Basis::Ytd), asked.start(Basis::Quarter), asked.cutoff] {
            edges.extend([day - Days::new(1), day, day + Days::new(1)]);
        }
        // Ends of calendar months look like period ends without being any.
        edges.push(date(asked.year, asked.quarter * 3, 1));
        edges.push(date(asked.year, asked.quarter * 3, 30));
        edges.push(date(asked.year - 1, 12, 31));
        Calendar { edges, asked }
    }

    /// Any day, often one on an edge.
    pub fn day(&self, dice: &mut Dice) -> NaiveDate {
        if dice.percent(40) {
            return dice.pick(&self.edges);
        }
        let first = date(self.asked.year - 1, 1, 1);
        let span = (self.asked.cutoff - first).num_days() + 120;
        first + Days::new(u64::try_from(dice.below(span)).unwrap_or(0))
    }

    /// Any month.
    pub fn month(&self, dice: &mut Dice) -> NaiveDate {
        let day = self.day(dice);
        date(day.year(), day.month(), 1)
    }
}

/// An amount in 分: mostly ordinary, often exactly on half of a 千元, sometimes enormous.
pub fn fen(dice: &mut Dice) -> i64 {
    match dice.below(10) {
        0 => 0,
        1 => dice.between(1, 99_999),
        2 | 3 => dice.between(0, 400) * 50_000,
        4 => dice.between(0, 400) * 50_000 + 1,
        5 => dice.between(0, 1_000_000_000_000),
        6 => dice.between(0, 2_000) * 100_000 + dice.pick(&[33_333, 33_334, 66_666, 66_667, 49_999, 50_001]),
        _ => dice.between(0, 50_000_000),
    }
}

/// What is asked in the case of a seed: all quarters of some years, usual and unusual cut-offs.
pub fn asked(dice: &mut Dice) -> Asked {
    let year = i32::try_from(dice.between(2019, 2024)).unwrap_or(2021);
    let mut asked = Asked::plain(year, u32::try_from(dice.between(1, 4)).unwrap_or(1));
    if dice.percent(30) {
        asked.cutoff = date(year, asked.quarter * 3, dice.pick(&[1, 15, 25, 30]));
    }
    asked
}

/// A ledger as untidy as people keep it: blanks everywhere the declarations allow them, days on
/// every edge, records of people and tenants that do not count.
pub fn untidy(dice: &mut Dice, asked: Asked) -> Rows {
    let calendar = Calendar::new(asked);
    let mut rows = Rows::default();
    let tenants = if dice.percent(4) { 0 } else { dice.between(1, 14) };
    for n in 1..=tenants {
        let entered = dice.pick(&["创业团队", "初创企业"]);
        let registered = dice.unless(45, |d| calendar.day(d));
        let moved_in = dice.unless(7, |d| calendar.day(d));
        let row = rows.add("tenant");
        row.set("name", Some(format!("第{n}户").into()));
        row.set("entered_as", Some(entered.into()));
        row.set("registered_on", registered.map(Content::Day));
        row.set("moved_in_on", moved_in.map(Content::Day));
        let tenant = row.id;
        exits(dice, &calendar, &mut rows, tenant, moved_in);
        snapshots(dice, &calendar, &mut rows, tenant);
        members(dice, &calendar, &mut rows, tenant);
        rents(dice, &calendar, &mut rows, tenant);
        for _ in 0..dice.pick(&[0, 0, 1, 2]) {
            let row = rows.add("financing");
            row.set("tenant", Some(tenant.into()));
            row.set("on", Some(calendar.day(dice).into()));
            row.set("amount", Some(fen(dice).into()));
        }
    }
    for _ in 0..dice.between(0, 12) {
        let line = dice.pick(&LINES);
        let loss = line == "投资收入" && dice.percent(30);
        let amount = fen(dice) * if loss { -1 } else { 1 };
        let row = rows.add("income");
        row.set("received_on", Some(calendar.day(dice).into()));
        row.set("line", Some(line.into()));
        row.set("amount", Some(amount.into()));
    }
    for _ in 0..dice.between(0, 3) {
        let row = rows.add("tax_relief");
        row.set("on", Some(calendar.day(dice).into()));
        row.set("tax", Some(dice.pick(&["房产税", "城镇土地使用税", "增值税"]).into()));
        row.set("amount", Some(fen(dice).into()));
    }
    for n in 1..=dice.between(0, 8) {
        let on = calendar.day(dice);
        let row = rows.add("event");
        row.set("name", Some(format!("第{n}场").into()));
        row.set("on", Some(on.into()));
        row.set("end_on", dice.unless(60, |d| Content::Day(on + Days::new(d.below(40).unsigned_abs()))));
        row.set("sessions", dice.unless(20, |d| d.between(0, 5).into()));
        row.set("counted", dice.unless(30, |d| d.percent(60).into()));
    }
    rows
}

fn exits(dice: &mut Dice, calendar: &Calendar, rows: &mut Rows, tenant: i64, moved_in: Option<NaiveDate>) {
    let count = [0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
    for _ in 0..dice.pick(&count) {
        // Nobody leaves before coming: the store refuses that.
        let on = calendar.day(dice).max(moved_in.unwrap_or(NaiveDate::MIN));
        let row = rows.add("exit");
        row.set("tenant", Some(tenant.into()));
        row.set("kind", Some(dice.pick(&["毕业", "退出", "迁出", "注销"]).into()));
        row.set("on", Some(on.into()));
    }
}

fn snapshots(dice: &mut Dice, calendar: &Calendar, rows: &mut Rows, tenant: i64) {
    let mut taken: Vec<NaiveDate> = Vec::new();
    for _ in 0..dice.pick(&[0, 0, 1, 2, 3, 5]) {
        let as_of = calendar.day(dice);
        // One snapshot of a tenant a day: two would contradict each other.
        if taken.contains(&as_of) {
            continue;
        }
        taken.push(as_of);
        let row = rows.add("snapshot");
        row.set("tenant", Some(tenant.into()));
        row.set("as_of", Some(as_of.into()));
        row.set("headcount", dice.unless(25, |d| d.between(0, 40).into()));
        row.set("fresh_graduates", dice.unless(35, |d| d.between(0, 9).into()));
        row.set("interns", dice.unless(50, |d| d.between(0, 9).into()));
    }
}

fn members(dice: &mut Dice, calendar: &Calendar, rows: &mut Rows, tenant: i64) {
    for n in 1..=dice.pick(&[0, 0, 0, 1, 3, 6]) {
        let joined = dice.unless(15, |d| calendar.day(d));
        let left = dice.unless(65, |d| calendar.day(d).max(joined.unwrap_or(NaiveDate::MIN)));
        let year = i64::from(calendar.asked.year);
        let row = rows.add("member");
        row.set("tenant", Some(tenant.into()));
        row.set("name", Some(format!("成员{n}").into()));
        row.set("education", dice.unless(10, |d| d.pick(&SCHOOLING).into()));
        row.set("graduation_year", dice.unless(20, |d| (year - d.pick(&[0, 0, 0, 1, -1])).into()));
        row.set("is_fresh", dice.unless(60, |d| d.percent(50).into()));
        row.set("joined_on", joined.map(Content::Day));
        row.set("left_on", left.map(Content::Day));
    }
}

fn rents(dice: &mut Dice, calendar: &Calendar, rows: &mut Rows, tenant: i64) {
    let mut taken: Vec<NaiveDate> = Vec::new();
    for _ in 0..dice.pick(&[0, 0, 1, 2, 4]) {
        let month = calendar.month(dice);
        if taken.contains(&month) {
            continue;
        }
        taken.push(month);
        let standard = dice.unless(20, fen);
        let charged = dice.unless(35, |d| match standard {
            Some(standard) => d.between(0, standard),
            None => fen(d),
        });
        let waived = dice.unless(50, |d| match standard {
            Some(standard) => d.between(0, standard),
            None => fen(d),
        });
        let row = rows.add("rent_relief");
        row.set("tenant", Some(tenant.into()));
        row.set("month", Some(month.into()));
        row.set("standard", standard.map(Content::Int));
        row.set("charged", charged.map(Content::Int));
        row.set("waived", waived.map(Content::Int));
    }
}

/// A ledger as a careful person keeps it, with a complete head: nothing in it breaks an identity of
/// the form, on either basis. `form` is the edition for which it is about to be filed.
pub fn sound(dice: &mut Dice, asked: Asked, form: &str) -> Rows {
    let calendar = Calendar::new(asked);
    let (year_start, quarter_start) = (asked.start(Basis::Ytd), asked.start(Basis::Quarter));
    let within = |dice: &mut Dice, from: NaiveDate| {
        from + Days::new(dice.below((asked.cutoff - from).num_days() + 1).unsigned_abs())
    };
    let mut rows = head(asked, form);
    let tenants = dice.between(0, 12);
    for n in 1..=tenants {
        let enterprise = dice.percent(50);
        let moved_in = if dice.percent(50) {
            within(dice, year_start)
        } else {
            date(asked.year - 2, 1, 1) + Days::new(dice.below(700).unsigned_abs())
        };
        let registered = match (enterprise, dice.below(3)) {
            (true, 0) => None,
            (true, _) => Some(within(dice, date(asked.year - 3, 1, 1))),
            // A team that registers after the cut-off is still a team in this report.
            (false, 0) => Some(asked.cutoff + Days::new(1 + dice.below(60).unsigned_abs())),
            (false, _) => None,
        };
        let entered =
            if enterprise && (registered.is_none() || dice.percent(50)) { "初创企业" } else { "创业团队" };
        let row = rows.add("tenant");
        row.set("name", Some(format!("第{n}户").into()));
        row.set("entered_as", Some(entered.into()));
        row.set("moved_in_on", Some(moved_in.into()));
        row.set("registered_on", registered.map(Content::Day));
        let tenant = row.id;
        // The first of each kind stay and are counted; with others something may be missing.
        if n > 2 && dice.percent(15) {
            let on = within(dice, moved_in.max(year_start));
            let row = rows.add("exit");
            row.set("tenant", Some(tenant.into()));
            row.set("kind", Some("毕业".into()));
            row.set("on", Some(on.into()));
        }
        people(dice, asked, &mut rows, tenant, moved_in.max(quarter_start));
        for _ in 0..dice.pick(&[0, 0, 1, 2]) {
            let row = rows.add("financing");
            row.set("tenant", Some(tenant.into()));
            row.set("on", Some(calendar.day(dice).into()));
            row.set("amount", Some((50_000 + fen(dice)).into()));
        }
        if dice.percent(40) {
            let row = rows.add("rent_relief");
            row.set("tenant", Some(tenant.into()));
            row.set("month", Some(calendar.month(dice).into()));
            row.set("standard", Some(200_000.into()));
            row.set("charged", Some(dice.between(0, 200_000).into()));
        }
    }
    for _ in 0..dice.between(0, 12) {
        let line = dice.pick(&LINES);
        let row = rows.add("income");
        row.set("received_on", Some(calendar.day(dice).into()));
        row.set("line", Some(line.into()));
        row.set("amount", Some(fen(dice).into()));
    }
    for _ in 0..dice.between(0, 2) {
        let row = rows.add("tax_relief");
        row.set("on", Some(calendar.day(dice).into()));
        row.set("tax", Some(dice.pick(&["房产税", "增值税"]).into()));
        row.set("amount", Some(fen(dice).into()));
    }
    for n in 1..=dice.between(0, 8) {
        let row = rows.add("event");
        row.set("name", Some(format!("第{n}场").into()));
        row.set("on", Some(calendar.day(dice).into()));
        row.set("sessions", Some(dice.between(1, 3).into()));
        row.set("counted", Some(true.into()));
    }
    rows
}

/// People of a tenant, known on both bases: by snapshots, or by names.
fn people(dice: &mut Dice, asked: Asked, rows: &mut Rows, tenant: i64, from: NaiveDate) {
    let within = |dice: &mut Dice| from + Days::new(dice.below((asked.cutoff - from).num_days() + 1).unsigned_abs());
    let heads = dice.between(1, 20);
    if dice.percent(25) {
        for n in 1..=heads {
            let row = rows.add("member");
            row.set("tenant", Some(tenant.into()));
            row.set("name", Some(format!("成员{n}").into()));
            row.set("education", Some(dice.pick(&SCHOOLING).into()));
            row.set("graduation_year", Some((i64::from(asked.year) - dice.between(0, 2)).into()));
            row.set("joined_on", Some(within(dice).into()));
        }
        return;
    }
    let fresh = dice.between(0, heads);
    if dice.percent(50) {
        let row = rows.add("snapshot");
        row.set("tenant", Some(tenant.into()));
        row.set("as_of", Some(date(asked.year - 1, 12, 10).into()));
        row.set("headcount", Some(dice.between(1, 20).into()));
        row.set("fresh_graduates", Some(dice.between(0, 20).into()));
    }
    let row = rows.add("snapshot");
    row.set("tenant", Some(tenant.into()));
    row.set("as_of", Some(within(dice).into()));
    row.set("headcount", Some(heads.into()));
    row.set("fresh_graduates", Some(fresh.into()));
}

/// What the form's head and foot need, and the filing itself.
pub fn head(asked: Asked, form: &str) -> Rows {
    let mut rows = Rows::default();
    let row = rows.add("space");
    row.set("name", Some("星火众创空间".into()));
    row.set("address", Some("滨江路1号".into()));
    row.set("postcode", Some("413000".into()));
    row.set("founded_on", Some(date(2012, 1, 1).into()));
    row.set("national_filing", Some(true.into()));
    let row = rows.add("operator");
    row.set("name", Some("星火职业学院".into()));
    row.set("founded_on", Some(date(2010, 1, 1).into()));
    for (role, name) in [("负责人", "甲"), ("填报人", "乙")] {
        let row = rows.add("contact");
        row.set("role", Some(role.into()));
        row.set("name", Some(name.into()));
        row.set("office_phone", Some("0737-4110000".into()));
        row.set("fax", Some("0737-4110000".into()));
    }
    let row = rows.add("filing");
    row.set("form", Some(form.into()));
    row.set("period", Some(asked.period().into()));
    row.set("reported_on", Some((asked.cutoff + Days::new(3)).into()));
    row.set("due_on", Some((asked.cutoff + Days::new(10)).into()));
    rows
}
