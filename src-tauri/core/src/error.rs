//! What can go wrong: a [`Flaw`] is something the person can mend, an [`Error`] stops the work.

use std::fmt;
use std::path::PathBuf;

use serde::Serialize;
use ts_rs::TS;

use crate::file;

/// Result of work that can be stopped.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Where a flaw sits. Every part is optional: a workbook has sheet and cell, a record kind and field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Place {
    /// File name or form id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of the sheet, counted from 1 as in Excel.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Cell address such as `C7`, or code of a form's cell such as `zjf05`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// English name of the kind of record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Id of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(type = "number | null")]
    pub id: Option<i64>,
    /// English name of the field.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// Something the person can mend: where it is, and what to do, in Chinese.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Flaw {
    /// Where it is.
    pub place: Place,
    /// What is wrong and what to do, in Chinese.
    pub say: String,
}

impl Flaw {
    /// A flaw of one field of a record of `kind`.
    pub fn field(kind: &str, field: &str, say: impl Into<String>) -> Flaw {
        Flaw {
            place: Place { kind: Some(kind.into()), field: Some(field.into()), ..Place::default() },
            say: say.into(),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = Vec::new();
        if let Some(file) = &self.file {
            parts.push(file.clone());
        }
        if let Some(sheet) = &self.sheet {
            parts.push(format!("工作表“{sheet}”"));
        }
        match (&self.cell, self.row) {
            (Some(cell), _) => parts.push(cell.clone()),
            (None, Some(row)) => parts.push(format!("第{row}行")),
            (None, None) => {}
        }
        if let Some(kind) = self.kind.as_deref().and_then(crate::record::shape) {
            match self.field.as_deref().and_then(|f| kind.label_of(f)) {
                Some(label) => parts.push(format!("{}“{label}”", kind.label)),
                None => parts.push(kind.label.to_owned()),
            }
        }
        f.write_str(&parts.join(" "))
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.to_string();
        if place.is_empty() { f.write_str(&self.say) } else { write!(f, "{place}：{}", self.say) }
    }
}

/// What stops us. The Display text is the sentence shown to the person.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// What was given has flaws; nothing was written.
    #[error("{}", flaws.iter().map(Flaw::to_string).collect::<Vec<_>>().join("；"))]
    Flawed {
        /// Every flaw that was found.
        flaws: Vec<Flaw>,
    },
    /// The command makes no sense here; the sentence says why and what to do instead.
    #[error("{0}")]
    Refused(String),
    /// Another program uses the data folder.
    #[error("数据文件夹正被 {holder} 使用，请先关闭它再试：{}", folder.display())]
    Held {
        /// The data folder.
        folder: PathBuf,
        /// Program, process, computer, user and since when.
        holder: String,
    },
    /// The store was written by a newer version of the program.
    #[error(
        "这个台账由更新版本的众创台账写入(结构版本 {found}，本程序最高 {known})，请安装新版本后再打开；文件未作任何改动"
    )]
    Newer {
        /// Schema version found.
        found: i64,
        /// The newest one that this program knows.
        known: i64,
    },
    /// The store is damaged. It was not opened and not changed.
    #[error("台账文件已损坏：{reason}。文件已原样保留；{}", match backup { Some(b) => format!("可从最近一份通过校验的备份恢复：{}", b.display()), None => "没有找到可用的备份".to_owned() })]
    Damaged {
        /// What was found.
        reason: String,
        /// The newest backup that passes its check.
        backup: Option<PathBuf>,
    },
    /// A target file is open in another program, for example Excel.
    #[error("文件正被其他程序占用，请关闭后重试：{}{remark}", path.display())]
    Occupied {
        /// The file.
        path: PathBuf,
        /// What else can be done, with its punctuation.
        remark: String,
    },
    /// A file could not be read or written.
    #[error("{what}失败：{}（{}）", path.display(), io_say(source))]
    File {
        /// What was tried, for example 写入.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
    /// SQLite refused; the sentence says what that means for the person.
    #[error("数据库操作失败：{0}")]
    Database(String),
    /// The workbook could not be made.
    #[error("生成工作簿失败：{0}")]
    Workbook(String),
    /// The person stopped long work; nothing of it remains.
    #[error("已取消，没有作任何改动")]
    Cancelled,
}

impl Error {
    /// A refusal with its sentence.
    pub fn refused(say: impl Into<String>) -> Error {
        Error::Refused(say.into())
    }

    /// The same refusal once more, for who asks again while what stops us lasts.
    #[must_use]
    pub fn again(&self) -> Error {
        match self {
            Error::Flawed { flaws } => Error::Flawed { flaws: flaws.clone() },
            Error::Refused(say) => Error::Refused(say.clone()),
            Error::Held { folder, holder } => Error::Held { folder: folder.clone(), holder: holder.clone() },
            Error::Newer { found, known } => Error::Newer { found: *found, known: *known },
            Error::Damaged { reason, backup } => Error::Damaged { reason: reason.clone(), backup: backup.clone() },
            Error::Occupied { path, remark } => Error::Occupied { path: path.clone(), remark: remark.clone() },
            Error::File { what, path, source } => {
                Error::File { what, path: path.clone(), source: std::io::Error::from(source.kind()) }
            }
            Error::Database(say) => Error::Database(say.clone()),
            Error::Workbook(say) => Error::Workbook(say.clone()),
            Error::Cancelled => Error::Cancelled,
        }
    }

    /// The code on which the screen branches.
    pub fn code(&self) -> &'static str {
        match self {
            Error::Flawed { .. } => "flawed",
            Error::Refused(_) => "refused",
            Error::Held { .. } => "held",
            Error::Newer { .. } => "newer",
            Error::Damaged { .. } => "damaged",
            Error::Occupied { .. } => "occupied",
            Error::File { .. } => "file",
            Error::Database(_) => "database",
            Error::Workbook(_) => "workbook",
            Error::Cancelled => "cancelled",
        }
    }
}

/// An [`Error`] as the screen gets it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct Refusal {
    /// On which the screen branches: see [`Error::code`].
    pub code: &'static str,
    /// What happened, to what, and what to do, in Chinese.
    pub message: String,
    /// What the person can mend.
    pub flaws: Vec<Flaw>,
    /// The backup from which a damaged store can be recovered.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional)]
    pub backup: Option<String>,
}

impl From<&Error> for Refusal {
    fn from(error: &Error) -> Refusal {
        let (flaws, backup) = match error {
            Error::Flawed { flaws } => (flaws.clone(), None),
            Error::Damaged { backup: Some(backup), .. } => (Vec::new(), Some(backup.display().to_string())),
            _ => (Vec::new(), None),
        };
        Refusal { code: error.code(), message: error.to_string(), flaws, backup }
    }
}

fn io_say(e: &std::io::Error) -> String {
    use std::io::ErrorKind::*;
    if file::is_shared(e) {
        return "正被其他程序占用，请关闭后重试".into();
    }
    match e.kind() {
        NotFound => "文件或文件夹不存在".into(),
        PermissionDenied => "没有权限，或被其他程序占用".into(),
        AlreadyExists => "同名文件已存在".into(),
        StorageFull => "磁盘空间不足，请清理后重试，已保存的内容不受影响".into(),
        QuotaExceeded => "磁盘配额已用完，请清理后重试，已保存的内容不受影响".into(),
        FileTooLarge => "超过了这里允许的文件大小".into(),
        ReadOnlyFilesystem => "磁盘是只读的".into(),
        NotADirectory => "路径中有一段是文件而不是文件夹".into(),
        IsADirectory => "这是一个文件夹".into(),
        InvalidFilename => "文件名太长，或含有不允许的字符".into(),
        _ => e.to_string(),
    }
}
