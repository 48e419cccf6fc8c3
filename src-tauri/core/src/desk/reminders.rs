//! What comes due: reports, agreements, leases, letters of appointment, qualifications, recognitions.

use chrono::NaiveDate;
use serde::Serialize;
use ts_rs::TS;

use super::Desk;
use super::target::Target;
use crate::error::Result;
use crate::ledger::Ledger;
use crate::period::{Period, chinese_date};
use crate::programme::{ConditionDef, Test, gauge};
use crate::record::{Kind, Record, Value, kind};

/// Something that comes due, or is overdue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Reminder {
    /// What: 甲团队 入驻协议到期.
    pub title: String,
    /// The last day.
    #[ts(type = "string")]
    pub day: NaiveDate,
    /// Days left; negative when it is past.
    #[ts(type = "number")]
    pub days: i64,
    /// How long there is, and what to do.
    pub say: String,
    /// Past, or within a week.
    pub urgent: bool,
    /// Where it is mended.
    pub target: Target,
}

/// A day on which something recorded ends.
struct Ends {
    kind: &'static str,
    field: &'static str,
    /// What ends.
    what: &'static str,
    /// Days before it from which it is reminded of.
    ahead: i64,
    /// What to do.
    say: &'static str,
}

const ENDS: &[Ends] = &[
    Ends {
        kind: "agreement",
        field: "end_on",
        what: "入驻协议到期",
        ahead: 30,
        say: "请续签并登记新协议，或登记毕业、退出",
    },
    Ends {
        kind: "site", field: "lease_until", what: "场地租期届满", ahead: 90, say: "请续租并更新租赁止"
    },
    Ends { kind: "mentor", field: "until", what: "导师聘期届满", ahead: 30, say: "请续聘并更新聘期" },
    Ends {
        kind: "provider", field: "signed_until", what: "服务机构签约到期", ahead: 30, say: "请续签并更新签约止"
    },
    Ends {
        kind: "tenant",
        field: "hightech_until",
        what: "高新技术企业资格到期",
        ahead: 90,
        say: "请提醒企业重新认定",
    },
    Ends {
        kind: "tenant",
        field: "tech_sme_until",
        what: "科技型中小企业资格到期",
        ahead: 30,
        say: "请提醒企业重新评价入库",
    },
    Ends {
        kind: "ip", field: "expires_on", what: "知识产权失效", ahead: 60, say: "请提醒权利人续展或缴纳年费"
    },
    Ends { kind: "evaluation", field: "rectify_by", what: "整改期限", ahead: 60, say: "请按期完成整改" },
    Ends { kind: "target", field: "until", what: "目标任务截止", ahead: 30, say: "请核对完成情况" },
];

/// What ended longer ago is history, not something to do.
const PAST: i64 = 366;
/// Days before a report is due from which it is reminded of.
const REPORT: i64 = 14;
const URGENT: i64 = 7;

impl Desk {
    /// What comes due around today, the earliest first.
    ///
    /// # Errors
    /// When the records cannot be read.
    pub fn reminders(&self) -> Result<Vec<Reminder>> {
        let ledger = self.store.ledger()?;
        let mut all = Vec::new();
        for ends in ENDS {
            let Some(kind) = kind(ends.kind) else { continue };
            for record in ledger.rows(kind) {
                if let Some(day) = record.field(kind, ends.field).and_then(Value::as_date)
                    && self.near(day, ends.ahead)
                    && !is_settled(kind, record, ends.field, day, &ledger, self.today)
                {
                    let title = format!("{} {}", name(kind, record, &ledger), ends.what).trim_start().to_owned();
                    all.push(self.reminder(title, day, ends.say, Target::record(kind.name, record.id)));
                }
            }
        }
        self.of_programmes(&ledger, &mut all);
        self.of_reports(&ledger, &mut all);
        all.sort_by(|a, b| (a.day, &a.title).cmp(&(b.day, &b.title)));
        Ok(all)
    }

    fn near(&self, day: NaiveDate, ahead: i64) -> bool {
        (-PAST..=ahead).contains(&(day - self.today).num_days())
    }

    fn reminder(&self, title: String, day: NaiveDate, todo: &str, target: Target) -> Reminder {
        let days = (day - self.today).num_days();
        let left = match days {
            0 => "就在今天".to_owned(),
            1.. => format!("还有 {days} 天({})", chinese_date(day)),
            _ => format!("已过 {} 天({})", -days, chinese_date(day)),
        };
        Reminder { title, day, days, say: format!("{left}，{todo}"), urgent: days <= URGENT, target }
    }

    /// Recognitions that run out, and judgements that were given for a time.
    fn of_programmes(&self, ledger: &Ledger, all: &mut Vec<Reminder>) {
        fn find<'a>(list: &'a [ConditionDef], found: &mut Vec<&'a ConditionDef>) {
            for def in list {
                match &def.test {
                    Test::Validity(_) | Test::Judge => found.push(def),
                    Test::Parts { parts, .. } => find(parts, found),
                    _ => {}
                }
            }
        }
        for programme in &self.programme_shelf().sound {
            let mut timed = Vec::new();
            find(&programme.conditions, &mut timed);
            find(&programme.documents, &mut timed);
            if !timed.iter().any(|d| matches!(d.test, Test::Validity(_))) && !judged(&programme.id, ledger) {
                continue;
            }
            let gauge = gauge(programme, ledger, self.today);
            for def in timed {
                let Some(until) = gauge.condition(&def.id).filter(|g| g.applies).and_then(|g| g.until) else {
                    continue;
                };
                let (ahead, title, todo) = match &def.test {
                    Test::Validity(v) => (v.remind_days, format!("“{}”有效期届满", programme.title), "请准备重新认定"),
                    _ => (30, format!("对“{}”的判断到期", def.label), "请重新判断"),
                };
                if self.near(until, ahead) {
                    let target =
                        Target::Annexes { programme: Some(programme.id.clone()), condition: Some(def.id.clone()) };
                    all.push(self.reminder(title, until, todo, target));
                }
            }
        }
    }

    /// The quarter that runs, and those of the last year that were not reported: none is forgotten silently.
    fn of_reports(&self, ledger: &Ledger, all: &mut Vec<Reminder>) {
        let facts = super::dated(ledger);
        let newest = facts.iter().filter(|d| **d <= self.today).max();
        let (Some(first), Some(newest)) = (facts.iter().min(), newest) else { return };
        // A makerspace that records nothing any more, and one that is not filed, owes no report (F6, F7).
        if (self.today - *newest).num_days() > PAST || self.is_unfiled(ledger) {
            return;
        }
        let now = Period::quarter_of(self.today);
        let first = Period::quarter_of(*first);
        let mut period = Some(now);
        for _ in 0..5 {
            let Some(quarter) = period.filter(|p| *p >= first) else { break };
            period = quarter.previous();
            let Some((form, cutoff, due, done)) = self.report_state("torch-quarterly", quarter, ledger) else {
                continue;
            };
            if done {
                continue;
            }
            let target = Target::report(&form, &quarter.to_string());
            let label = quarter.label();
            if self.today <= cutoff {
                if self.near(cutoff, REPORT) {
                    let todo = "请更新季度数据，补齐活动和到账记录";
                    all.push(self.reminder(format!("{label}季报数据截止"), cutoff, todo, target));
                }
            } else {
                let (what, day) = due.map_or(("数据截止", cutoff), |due| ("报送期限", due));
                let todo = "尚未登记报出，请核对后上报并封存，或登记报出日期";
                all.push(self.reminder(format!("{label}季报{what}"), day, todo, target));
            }
        }
    }

    /// 国家备案 is recorded as 否: the quarterly report is asked only of those that are filed.
    fn is_unfiled(&self, ledger: &Ledger) -> bool {
        let Some(space) = kind("space") else { return false };
        let now = crate::figure::current(ledger.rows(space).iter(), space, self.today);
        now.and_then(|r| r.field(space, "national_filing")?.as_bool()) == Some(false)
    }
}

/// What people call it: a tenant's agreement goes by the tenant, and there is one site.
fn name(kind: &'static Kind, record: &Record, ledger: &Ledger) -> String {
    match kind.name {
        "agreement" => ledger.text(kind, record, "tenant"),
        "site" => String::new(),
        _ => ledger.label(kind, record),
    }
}

fn judged(programme: &str, ledger: &Ledger) -> bool {
    kind("judgement").is_some_and(|k| {
        ledger.rows(k).iter().any(|r| {
            r.field(k, "programme").and_then(Value::as_text) == Some(programme) && r.field(k, "until").is_some()
        })
    })
}

/// Whether nothing is to be done about a day: who left needs no agreement, what was renewed goes on.
fn is_settled(
    kind: &'static Kind,
    record: &Record,
    field: &str,
    day: NaiveDate,
    ledger: &Ledger,
    today: NaiveDate,
) -> bool {
    let tenant = match kind.name {
        "tenant" => Some(record.id),
        _ => record.field(kind, "tenant").and_then(Value::as_int),
    };
    if tenant.and_then(|id| ledger.left_on(id)).is_some_and(|left| left <= today.max(day)) {
        return true;
    }
    // A later record of the same thing: of the same tenant, the same mentor, the same body; of the site any.
    let same: &[&str] = match kind.name {
        "agreement" => &["tenant"],
        "mentor" | "provider" => &["name"],
        "site" => &[],
        _ => return false,
    };
    ledger.rows(kind).iter().any(|other| {
        let later = other.field(kind, field).and_then(Value::as_date);
        let open = later.is_none() && other.id > record.id && kind.name != "site";
        other.id != record.id
            && (open || later.is_some_and(|d| d > day))
            && same.iter().all(|f| other.field(kind, f) == record.field(kind, f))
    })
}
