//! Holds a programme against the records on a day: what is met, what is not, what would close each gap.

use std::collections::HashMap;
use std::fmt;

use chrono::{Datelike, Months, NaiveDate};

use super::measure::{Counted, Figures, Measured, figures_counted, holds, plain, shown, value, year_to};
use super::proof::{Found, Proofs};
use super::{ConditionDef, Gate, Gauge, Gauged, Programme, Score, Test, Validity, Want, Way};
use crate::figure::{Behind, Compare, current};
use crate::form::{Content, Source};
use crate::ledger::Ledger;
use crate::period::Window;
use crate::record::{Record, Value, kind};

/// Gauges a programme on a day, with the calendar year up to it as its period.
pub fn gauge(programme: &Programme, ledger: &Ledger, on: NaiveDate) -> Gauge {
    gauge_over(programme, ledger, year_to(on))
}

/// Gauges a programme at the end of a period of other days: those of a quarterly report, for one.
pub fn gauge_over(programme: &Programme, ledger: &Ledger, window: Window) -> Gauge {
    gauge_counted(programme, ledger, window, &Counted::new())
}

/// The same with the characters of texts as their forms count them.
pub(crate) fn gauge_counted(programme: &Programme, ledger: &Ledger, window: Window, counted: &Counted) -> Gauge {
    let on = window.end;
    let eye = Eye {
        programme,
        ledger,
        on,
        figures: figures_counted(programme, ledger, window, counted),
        proofs: Proofs::new(ledger, on),
        judgements: judgements(programme, ledger, on),
    };
    let documents: Vec<Gauged> = programme.documents.iter().map(|d| eye.condition(d, &[])).collect();
    let conditions: Vec<Gauged> = programme.conditions.iter().map(|c| eye.condition(c, &documents)).collect();
    // The document's own list of material, where it has one; else what its conditions want to see.
    let proof = if documents.is_empty() { &conditions } else { &documents };
    let pieces = |pick: fn(&Gauged) -> Option<usize>| proof.iter().filter_map(pick).sum();
    let points = |pick: fn(&Gauged) -> Option<f64>| {
        let all: Vec<f64> = conditions.iter().filter_map(pick).collect();
        (!all.is_empty()).then(|| hundredths(all.iter().sum()))
    };
    let count = |met: Option<bool>| conditions.iter().filter(|c| c.applies && c.met == met).count();
    Gauge {
        programme: programme.id.clone(),
        title: programme.title.clone(),
        document: programme.document.clone(),
        source: programme.source.clone(),
        seen: programme.seen,
        notes: programme.notes.clone(),
        on,
        met: count(Some(true)),
        unmet: count(Some(false)),
        unknown: count(None),
        points: points(|c| c.points),
        of: points(|c| c.of),
        have: pieces(|c| c.have),
        want: pieces(|c| c.want),
        conditions,
        documents,
    }
}

impl fmt::Display for Gauge {
    /// The gauge as a person reads it: a line for each condition, below it what closes the gap.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let document = if self.document.is_empty() { String::new() } else { format!("  {}", self.document) };
        writeln!(f, "{}{document}  测算日 {}", self.title, self.on)?;
        writeln!(f, "来源({})：{}", self.seen.label(), self.source)?;
        for note in &self.notes {
            writeln!(f, "说明：{note}")?;
        }
        write!(f, "符合 {} 项，不符合 {} 项，待判断 {} 项", self.met, self.unmet, self.unknown)?;
        if let (Some(points), Some(of)) = (self.points, self.of) {
            write!(f, "；得 {} 分，满分 {} 分", plain(points), plain(of))?;
        }
        if self.want > 0 {
            write!(f, "；材料齐全 {}/{}", self.have, self.want)?;
        }
        writeln!(f)?;
        for (head, list) in [("条件", &self.conditions), ("材料", &self.documents)] {
            if !list.is_empty() {
                writeln!(f, "\n{head}")?;
            }
            for one in list {
                one.write(f, 0)?;
            }
        }
        Ok(())
    }
}

impl Gauged {
    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize) -> fmt::Result {
        let room = "  ".repeat(depth);
        let mark = match self.met {
            Some(true) => "√",
            Some(false) => "×",
            None if !self.applies => "－",
            None => "？",
        };
        writeln!(f, "{room}{mark} {} {}", self.id, self.label)?;
        // Parts say it themselves.
        if self.parts.is_empty() {
            let points = self.points.map_or(String::new(), |p| format!("，得 {} 分", plain(p)));
            let threshold =
                if self.threshold.is_empty() { String::new() } else { format!("；标准 {}", self.threshold) };
            writeln!(f, "{room}    {}{threshold}{points}", self.shown)?;
            if let Some(gap) = self.gap.as_ref().filter(|g| !g.is_empty()) {
                writeln!(f, "{room}    → {gap}")?;
            }
        }
        if !self.note.is_empty() {
            writeln!(f, "{room}    注：{}", self.note)?;
        }
        self.parts.iter().try_for_each(|part| part.write(f, depth + 1))
    }
}

/// A judgement in force on the day.
struct Judgement<'a> {
    record: &'a Record,
    answer: Option<bool>,
    note: &'a str,
    until: Option<NaiveDate>,
}

/// The latest judgement of each condition that was made by the day.
fn judgements<'a>(programme: &Programme, ledger: &'a Ledger, on: NaiveDate) -> HashMap<&'a str, Judgement<'a>> {
    let mut found: HashMap<&'a str, Judgement<'a>> = HashMap::new();
    let Some(kind) = kind("judgement") else { return found };
    let day = |r: &Record, field: &str| r.field(kind, field).and_then(Value::as_date);
    let mut rows: Vec<&Record> = ledger.rows(kind).iter().filter(|r| day(r, "on").is_none_or(|d| d <= on)).collect();
    rows.sort_by_key(|r| (day(r, "on"), r.id));
    for record in rows {
        let text = |field: &str| record.field(kind, field).and_then(Value::as_text);
        if let (Some(of), Some(condition)) = (text("programme"), text("condition"))
            && of == programme.id
        {
            let answer = record.field(kind, "answer").and_then(Value::as_bool);
            let note = text("note").unwrap_or_default();
            found.insert(condition, Judgement { record, answer, note, until: day(record, "until") });
        }
    }
    found
}

struct Eye<'a> {
    programme: &'a Programme,
    ledger: &'a Ledger,
    on: NaiveDate,
    figures: Figures,
    proofs: Proofs<'a>,
    judgements: HashMap<&'a str, Judgement<'a>>,
}

impl Eye<'_> {
    /// One condition; one that is not asked of this makerspace says so.
    fn condition(&self, def: &ConditionDef, documents: &[Gauged]) -> Gauged {
        let mut gauged = Gauged {
            id: def.id.clone(),
            label: def.label.clone(),
            way: Way::Gate,
            applies: true,
            value: None,
            unit: String::new(),
            shown: String::new(),
            threshold: String::new(),
            met: None,
            gap: None,
            source: self.source(def),
            note: def.note.clone(),
            ground: String::new(),
            until: None,
            points: None,
            of: None,
            have: None,
            want: None,
            missing: Vec::new(),
            from: Vec::new(),
            parts: Vec::new(),
        };
        if let Some(when) = &def.when
            && value(when, &self.figures) == Some(0.0)
        {
            gauged.applies = false;
            let names = when.names();
            let why: Vec<String> = names.iter().filter_map(|n| Some(in_words(self.figures.get(*n)?))).collect();
            gauged.shown = format!("不适用：{}", why.join("；"));
            return gauged;
        }
        match &def.test {
            Test::Gate(gate) => self.gate(gate, &mut gauged),
            Test::Judge => self.judge(&mut gauged),
            Test::Proof(wants) => self.proof(wants, &mut gauged),
            Test::Score(score) => self.score(score, &mut gauged),
            Test::Validity(validity) => self.validity(validity, &mut gauged),
            Test::Documents => {
                gauged.parts = documents.to_vec();
                together(false, &mut gauged);
                // They stand beside the conditions already.
                gauged.parts.clear();
            }
            Test::Parts { any, parts } => {
                gauged.parts = parts.iter().map(|p| self.condition(p, documents)).collect();
                gauged.applies = gauged.parts.iter().any(|p| p.applies);
                together(*any, &mut gauged);
            }
        }
        if gauged.met == Some(true) {
            gauged.gap = None;
        }
        gauged
    }

    /// Document and clause; where no number is known, where the wording was read.
    fn source(&self, def: &ConditionDef) -> String {
        let programme = self.programme;
        let document = if programme.document.is_empty() { &programme.source } else { &programme.document };
        [document.as_str(), def.clause.as_str()].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join(" ")
    }

    fn sources(&self, from: &[Behind]) -> Vec<Source> {
        let label = |b: &Behind| self.ledger.get(b.kind, b.id).map(|r| self.ledger.label(b.kind, r));
        from.iter()
            .map(|b| Source {
                kind: b.kind.name,
                id: b.id,
                label: label(b).unwrap_or_default(),
                amount: crate::amount::in_units(b.exact, 1),
                exact: b.exact,
            })
            .collect()
    }

    fn gate(&self, gate: &Gate, gauged: &mut Gauged) {
        let Some(measured) = self.figures.get(&gate.value) else { return };
        let bounds: Vec<(Compare, Option<f64>)> =
            gate.bounds.iter().map(|(compare, e)| (*compare, value(e, &self.figures))).collect();
        gauged.unit.clone_from(&measured.unit);
        let told = beside_its_bounds(measured, &bounds);
        gauged.value = told.value.map(content);
        gauged.shown = in_words(&told);
        gauged.missing.clone_from(&measured.gaps);
        gauged.from = self.sources(&measured.from);
        let unit = if measured.unit.is_empty() { String::new() } else { format!(" {}", measured.unit) };
        let threshold = |(compare, bound): &(Compare, Option<f64>)| {
            let bound = bound.map_or("(待定)".to_owned(), plain);
            format!("{} {bound}{unit}", sign(*compare))
        };
        gauged.threshold = bounds.iter().map(threshold).collect::<Vec<_>>().join("，");
        let known: Option<Vec<(Compare, f64)>> = bounds.iter().map(|(c, b)| Some((*c, (*b)?))).collect();
        let (Some(now), Some(bounds)) = (measured.value, known) else {
            gauged.gap = Some(self.why_unknown(gate, measured));
            return;
        };
        let keeps = |x: f64| bounds.iter().all(|(compare, bound)| holds(*compare, x, *bound));
        let perhaps = measured.perhaps.unwrap_or(now);
        gauged.met = (keeps(now) == keeps(perhaps)).then(|| keeps(now));
        let failing = bounds.iter().find(|(c, b)| !holds(*c, now, *b)).or(bounds.first());
        if let Some((compare, bound)) = failing {
            let shown = told.value.map_or_else(String::new, plain);
            gauged.gap = Some(self.gap_sentence(gate, measured, (now, &shown), *compare, *bound));
        }
        if gauged.met.is_none() {
            let says = listed(measured.gaps.iter().map(|g| g.say.clone()), 3);
            gauged.gap = Some(format!("有 {} 条记录资料不全，补填后才能判断：{says}", measured.gaps.len()));
        }
    }

    fn gap_sentence(
        &self,
        gate: &Gate,
        measured: &Measured,
        (now, shown): (f64, &str),
        compare: Compare,
        bound: f64,
    ) -> String {
        let short = gate.short.as_ref().and_then(|e| value(e, &self.figures)).unwrap_or((bound - now).abs());
        let lacking = measured.each.iter().filter(|(_, n)| !holds(compare, *n, bound)).map(|(label, n)| {
            let unit = &measured.unit;
            format!("{label}({} {unit})", plain(*n))
        });
        let day = measured.since.and_then(|since| {
            let met = since.checked_add_months(Months::new(whole(bound)))?;
            if compare == Compare::Above { met.succ_opt() } else { Some(met) }
        });
        gate.gap
            .replace("{value}", shown)
            .replace("{threshold}", &plain(bound))
            .replace("{short}", &plain((short * 100.0 - 1e-6).ceil() / 100.0))
            .replace("{count}", &plain((short - 1e-9).ceil()))
            .replace("{on}", &day.map_or("达到期限之日".to_owned(), |d| d.to_string()))
            .replace("{lacking}", &listed(lacking, 12))
    }

    /// What must be filled in before a gate can be decided: its own figure's blanks, then its bounds'.
    fn why_unknown(&self, gate: &Gate, measured: &Measured) -> String {
        let in_bounds = gate.bounds.iter().flat_map(|(_, e)| e.names()).filter_map(|n| self.figures.get(n));
        let blank: Vec<String> = std::iter::once(measured)
            .chain(in_bounds)
            .filter(|m| m.value.is_none())
            .flat_map(|m| {
                let says: Vec<String> = m.gaps.iter().map(|g| g.say.clone()).collect();
                if says.is_empty() { vec![format!("{}：{}", m.label, m.blank)] } else { says }
            })
            .collect();
        format!("请先补填，才能判断：{}", listed(blank, 3))
    }

    fn judge(&self, gauged: &mut Gauged) {
        gauged.way = Way::Judge;
        gauged.threshold = "是".to_owned();
        gauged.shown = "尚未判断".to_owned();
        let found = self.judgements.get(gauged.id.as_str());
        gauged.gap = Some(format!("请判断是否符合“{}”，并写明依据", gauged.label));
        let Some(judgement) = found else { return };
        if let Some(kind) = kind("judgement") {
            gauged.from = self.sources(&[Behind { kind, id: judgement.record.id, exact: 1 }]);
        }
        gauged.until = judgement.until;
        if let Some(until) = judgement.until
            && until < self.on
        {
            gauged.shown = format!("判断已于 {until} 过期");
            gauged.gap = Some(format!("上次的判断已于 {until} 过期，请重新判断是否符合“{}”", gauged.label));
            return;
        }
        let Some(answer) = judgement.answer else { return };
        gauged.met = Some(answer);
        let word = if answer { "是" } else { "否" };
        gauged.value = Some(Content::Text(word.to_owned()));
        gauged.ground = judgement.note.to_owned();
        gauged.shown = if judgement.note.is_empty() { word.to_owned() } else { format!("{word}：{}", judgement.note) };
        gauged.gap = Some(format!("整改后重新判断“{}”{}", gauged.label, remark(judgement.note)));
    }

    fn proof(&self, wants: &[Want], gauged: &mut Gauged) {
        gauged.way = Way::Proof;
        let mut all = Found::default();
        for want in wants {
            all.add(self.proofs.find(want, &self.figures));
        }
        gauged.value = Some(Content::Text(format!("{}/{}", all.have, all.want)));
        gauged.shown = format!("齐全 {}/{}", all.have, all.want);
        gauged.threshold = format!("{0}/{0}", all.want);
        if wants.iter().all(|w| w.at_least == 0) {
            gauged.met = Some(true);
            gauged.shown = "有则附".to_owned();
            gauged.threshold.clear();
        } else if all.want == 0 {
            let of: Vec<&str> =
                wants.iter().filter_map(|w| Some(self.figures.get(w.each.as_ref()?)?.label.as_str())).collect();
            gauged.gap = Some(format!("没有可查的记录：请先登记{}", of.join("、")));
        } else {
            gauged.met = Some(all.have == all.want);
            let says = listed(all.missing.iter().map(|g| g.say.clone()), 3);
            gauged.gap = Some(format!("还缺 {} 项材料：{says}", all.want - all.have));
        }
        gauged.have = Some(all.have);
        gauged.want = Some(all.want);
        gauged.missing = all.missing;
    }

    fn score(&self, score: &Score, gauged: &mut Gauged) {
        gauged.way = Way::Score;
        gauged.of = Some(score.points);
        gauged.threshold = format!("{} 分", plain(score.points));
        let Some(measured) = self.figures.get(&score.value) else { return };
        gauged.unit.clone_from(&measured.unit);
        gauged.value = measured.value.map(content);
        gauged.shown = in_words(measured);
        gauged.missing.clone_from(&measured.gaps);
        gauged.from = self.sources(&measured.from);
        // Points with the figure raised by so much.
        let raised = |by: f64| {
            let of = |name: &str| {
                let own = self.figures.get(name)?.value?;
                Some(if name == score.value { own + by } else { own })
            };
            score.expr.value(&of).map(|points| hundredths(points.clamp(0.0, score.points)))
        };
        let Some(points) = raised(0.0) else {
            let names = score.expr.names();
            let blank = names.iter().filter_map(|n| self.figures.get(*n)).filter(|m| m.value.is_none());
            let says = blank.flat_map(|m| m.gaps.iter().map(|g| g.say.clone()).chain([m.label.clone()]));
            gauged.gap = Some(format!("请先补填，才能计分：{}", listed(says, 3)));
            return;
        };
        gauged.points = Some(points);
        gauged.met = Some(points >= score.points);
        let full = |by: f64| raised(by).is_some_and(|p| p >= score.points);
        // Points never fall when the figure rises: halving finds the least raise.
        let (mut low, mut high) = (0.0_f64, 1.0_f64);
        while !full(high) && high < 1e12 {
            low = high;
            high *= 2.0;
        }
        while high - low > 1.0 {
            let middle = ((low + high) / 2.0).floor();
            if full(middle) { high = middle } else { low = middle }
        }
        let reached = format!("得 {} 分，满分 {} 分", plain(points), plain(score.points));
        gauged.gap = Some(if full(high) {
            format!("{reached}；{}再增加 {} {}可得满分", measured.label, plain(high), measured.unit)
        } else {
            reached
        });
    }

    fn validity(&self, validity: &Validity, gauged: &mut Gauged) {
        gauged.way = Way::Validity;
        gauged.threshold = format!("认定后 {} 年内有效", validity.years);
        let read = |(kind, at): (&'static crate::record::Kind, usize)| {
            current(self.ledger.rows(kind).iter(), kind, self.on)?.get(at)?.as_date()
        };
        let by_years = || {
            let granted = read(validity.granted)?;
            let over = granted.checked_add_months(Months::new(validity.years * 12))?;
            // A year without the 29 February lasts to the end of the month.
            if over.day() == granted.day() { over.pred_opt() } else { Some(over) }
        };
        let by_hand = self.judgements.get(gauged.id.as_str()).and_then(|j| j.until);
        let Some(until) = by_hand.or_else(|| read(validity.until)).or_else(by_years) else {
            gauged.shown = "尚未认定".to_owned();
            let (kind, at) = validity.granted;
            let label = kind.fields.get(at).map_or("", |f| f.label);
            gauged.gap = Some(format!("尚无有效期；认定后请在{}记录填写{label}", kind.label));
            return;
        };
        gauged.until = Some(until);
        gauged.value = Some(Content::Text(until.to_string()));
        gauged.shown = format!("有效期至 {until}");
        let left = (until - self.on).num_days();
        gauged.met = Some(left >= 0);
        gauged.gap = Some(format!("有效期已于 {until} 届满，须重新认定"));
        if (0..=validity.remind_days).contains(&left) {
            let say = format!("还有 {left} 天到期，请准备重新认定");
            gauged.note = if gauged.note.is_empty() { say } else { format!("{say}。{}", gauged.note) };
        }
    }
}

/// Puts parts together: any of them is enough, or all are needed.
fn together(any: bool, gauged: &mut Gauged) {
    gauged.way = if any { Way::Any } else { Way::All };
    let parts: Vec<&Gauged> = gauged.parts.iter().filter(|p| p.applies).collect();
    let (yes, no) = (Some(any), Some(!any));
    gauged.met = if parts.iter().any(|p| p.met == yes) {
        yes
    } else if !parts.is_empty() && parts.iter().all(|p| p.met == no) {
        no
    } else {
        None
    };
    let met = parts.iter().filter(|p| p.met == Some(true)).count();
    let many = parts.len() > 3 || parts.iter().all(|p| p.way == Way::Judge);
    let left = || parts.iter().filter(|p| p.met != Some(true));
    if many {
        gauged.shown = format!("{met}/{} 项符合", parts.len());
        gauged.threshold = format!("{} 项均符合", parts.len());
        let labels = left().map(|p| format!("{}“{}”", p.id, p.label));
        gauged.gap = Some(format!("还有 {} 项未符合或未判断：{}", left().count(), listed(labels, 3)));
    } else {
        let join = |texts: Vec<&str>, with: &str| texts.join(with);
        gauged.shown = join(parts.iter().map(|p| p.shown.as_str()).collect(), "；");
        let or = if any { " 或 " } else { "；" };
        gauged.threshold = join(parts.iter().map(|p| p.threshold.as_str()).collect(), or);
        let or = if any { "；或者" } else { "；" };
        gauged.gap = Some(join(left().filter_map(|p| p.gap.as_deref()).collect(), or));
    }
    gauged.value = Some(Content::Text(gauged.shown.clone()));
    gauged.missing = parts.iter().flat_map(|p| p.missing.clone()).collect();
    let sum = |pick: fn(&Gauged) -> Option<usize>| {
        let all: Vec<usize> = parts.iter().filter_map(|p| pick(p)).collect();
        (!all.is_empty()).then(|| all.iter().sum())
    };
    let (have, want) = (sum(|p| p.have), sum(|p| p.want));
    (gauged.have, gauged.want) = (have, want);
}

/// The figure as it is told: one that misses a bound by less than the two decimals shown is not rounded onto it, so
/// that 89.998 % is told as 89.99 % and not as the 90 % that it does not reach.
fn beside_its_bounds(measured: &Measured, bounds: &[(Compare, Option<f64>)]) -> Measured {
    let mut told = measured.clone();
    if let Some(now) = told.value {
        let missed = |(compare, bound): &(Compare, Option<f64>)| {
            let bound = (*bound)?;
            let apart = (now - bound).abs() > 1e-9;
            (apart && !holds(*compare, now, bound) && plain(now) == plain(bound)).then_some(bound)
        };
        if let Some(bound) = bounds.iter().find_map(missed) {
            let hundredths = now * 100.0;
            told.value = Some(if now < bound { hundredths.floor() } else { hundredths.ceil() } / 100.0);
        }
    }
    told
}

fn in_words(measured: &Measured) -> String {
    let value = match measured.value {
        Some(_) if !measured.remark.is_empty() && measured.unit.is_empty() => measured.remark.clone(),
        Some(_) if measured.remark.is_empty() => shown(measured),
        Some(_) => format!("{}({})", shown(measured), measured.remark),
        None => "未知".to_owned(),
    };
    let days = if measured.days.is_empty() { String::new() } else { format!("，{}", measured.days) };
    format!("{} {value}{days}", measured.label)
}

fn sign(compare: Compare) -> &'static str {
    match compare {
        Compare::Equal => "=",
        Compare::Unequal => "≠",
        Compare::AtLeast => "≥",
        Compare::AtMost => "≤",
        Compare::Above => ">",
        Compare::Below => "<",
    }
}

/// The first few, and how many there are in all.
fn listed(says: impl IntoIterator<Item = String>, most: usize) -> String {
    let all: Vec<String> = says.into_iter().collect();
    let more = if all.len() > most { format!(" 等 {} 项", all.len()) } else { String::new() };
    let first: Vec<&str> = all.iter().take(most).map(String::as_str).collect();
    format!("{}{more}", first.join("、"))
}

fn remark(note: &str) -> String {
    if note.is_empty() { String::new() } else { format!("(上次判断：{note})") }
}

fn hundredths(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}

#[allow(clippy::cast_possible_truncation, reason = "a float cast saturates, and figures are far below 2^53")]
fn content(x: f64) -> Content {
    let hundredths = (x * 100.0).round() as i64;
    if hundredths % 100 == 0 { Content::Int(hundredths / 100) } else { Content::Decimal(hundredths) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a float cast saturates; months are few")]
fn whole(x: f64) -> u32 {
    x.ceil() as u32
}
