//! Where an item on screen leads: every finding can name the place that mends it.

use serde::Serialize;
use ts_rs::TS;

/// A place of the window. A finding made in the core carries one, so that the screen decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts", optional_fields)]
#[serde(tag = "room", rename_all = "snake_case")]
pub enum Target {
    /// 总览.
    Overview,
    /// 档案: a list; one id opens that record, several show only those.
    Records {
        /// English name of the list, for example team.
        #[serde(skip_serializing_if = "Option::is_none")]
        list: Option<String>,
        /// Records to show.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[ts(optional, type = "number[]")]
        ids: Option<Vec<i64>>,
        /// English name of the field to go to, or `proof` for the record's proof files.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
    /// 季度更新.
    Round {
        /// The quarter, for example 2021Q3.
        #[serde(skip_serializing_if = "Option::is_none")]
        period: Option<String>,
    },
    /// 导入.
    Import {
        /// English name of the list to import into.
        #[serde(skip_serializing_if = "Option::is_none")]
        list: Option<String>,
    },
    /// 报表: a form, a period, a figure of it, or what is to be filled in there.
    Reports {
        /// Id of the edition.
        #[serde(skip_serializing_if = "Option::is_none")]
        form: Option<String>,
        /// The period, for example 2021Q3.
        #[serde(skip_serializing_if = "Option::is_none")]
        period: Option<String>,
        /// Code of the figure.
        #[serde(skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// The 警示 whose reason is to be written.
        #[serde(skip_serializing_if = "Option::is_none")]
        rule: Option<String>,
        /// English name of the filing's field to go to: due_on.
        #[serde(skip_serializing_if = "Option::is_none")]
        field: Option<String>,
    },
    /// 附表与申报: a programme, a condition of it.
    Annexes {
        /// Id of the programme.
        #[serde(skip_serializing_if = "Option::is_none")]
        programme: Option<String>,
        /// Its condition.
        #[serde(skip_serializing_if = "Option::is_none")]
        condition: Option<String>,
    },
    /// 备份与设置.
    Keeping {
        /// backups, verify, folder, privacy, look, history, about.
        #[serde(skip_serializing_if = "Option::is_none")]
        section: Option<String>,
    },
}

/// Stands for the proof of a record where a field is named; no field bears this name.
pub(super) const PROOF: &str = "proof";

impl Target {
    /// A form for a period.
    pub fn report(form: &str, period: &str) -> Target {
        let (form, period) = (Some(form.to_owned()), Some(period.to_owned()));
        Target::Reports { form, period, code: None, rule: None, field: None }
    }

    /// One record of a list.
    pub fn record(list: &str, id: i64) -> Target {
        Target::Records { list: Some(list.to_owned()), ids: Some(vec![id]), field: None }
    }

    /// Some records of a list.
    pub fn records(list: &str, ids: Vec<i64>) -> Target {
        Target::Records { list: Some(list.to_owned()), ids: Some(ids), field: None }
    }
}
