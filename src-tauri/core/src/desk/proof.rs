//! Proof files as the window asks for them: what a record has, what it lacks, adding many at once.
//!
//! What is asked for is data: `assets/programmes/quarterly-proof.toml` says it for every day, each other
//! programme for its own application.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Desk;
use super::filing::own;
use super::records::shape;
use crate::error::{Error, Result};
use crate::form::Gap;
use crate::ledger::Ledger;
use crate::period::{Basis, Period, Window};
use crate::programme::measure::{Figures, figures};
use crate::programme::{Kept, Programme, Proofs, Want, different, wanted};
use crate::progress::Progress;
use crate::record::{Kind, Record, Type, Value, kind};

/// The programme whose list of material says what records want from day to day.
const DAILY: &str = "quarterly-proof";
/// Larger files are films: they belong beside the records, not among them.
const LARGEST: u64 = 512 * 1024 * 1024;

/// A proof file of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProofFile {
    /// Id of the proof record.
    #[ts(type = "number")]
    pub id: i64,
    /// Kind of the record that it lies with: an agreement's file is shown with the tenant too.
    pub owner_kind: &'static str,
    /// Id of that record.
    #[ts(type = "number")]
    pub owner_id: i64,
    /// That record's label where it is not the one that was asked for, else blank.
    pub owner: String,
    /// 材料类别: 活动通知, 签到表, 照片 ….
    pub role: String,
    /// Its file name.
    pub name: String,
    /// Bytes.
    #[ts(type = "number | null")]
    pub size: Option<i64>,
    /// Day on which it was made, else added.
    #[ts(type = "string | null")]
    pub day: Option<NaiveDate>,
    /// A picture that the screen can show small.
    pub image: bool,
    /// SHA-256 of its content: two files with the same are the same.
    pub sha256: String,
}

/// Something that a record wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProofNeed {
    /// Any of these roles.
    pub roles: Vec<String>,
    /// Files that are there.
    pub have: usize,
    /// Files that are asked for.
    pub want: usize,
    /// 齐 or what is missing: 缺照片 1 张.
    pub say: String,
}

/// The proof of a record.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct RecordProof {
    /// English name of the record's kind.
    pub kind: &'static str,
    /// Its id.
    #[ts(type = "number")]
    pub id: i64,
    /// Its label.
    pub label: String,
    /// Its files, then those of records that belong to it.
    pub files: Vec<ProofFile>,
    /// What it wants.
    pub needs: Vec<ProofNeed>,
    /// Needs that are met (齐全 n/m).
    pub have: usize,
    /// Needs.
    pub want: usize,
    /// Roles to choose from, those that fit this kind of record.
    pub roles: Vec<String>,
    /// The other roles there are.
    pub other_roles: Vec<String>,
}

/// 齐全 n/m of one record, for a grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProofCount {
    /// The record's id.
    #[ts(type = "number")]
    pub id: i64,
    /// Needs that are met.
    pub have: usize,
    /// Needs.
    pub want: usize,
    /// Files of its own.
    pub files: usize,
}

/// One kind of proof over many records.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProofGroup {
    /// What is wanted, for example 签到表.
    pub what: String,
    /// Of which records, for example 活动.
    pub of: String,
    /// Records that have it.
    pub have: usize,
    /// Records that want it.
    pub want: usize,
    /// In one sentence: 2 场活动缺签到表; blank when nothing is missing.
    pub say: String,
    /// The records that lack it.
    pub missing: Vec<Gap>,
}

/// The proof behind a quarterly report.
#[derive(Debug, Clone, PartialEq, Serialize, TS)]
#[ts(export_to = "types.ts")]
pub struct QuarterProof {
    /// The period, for example 2021Q3.
    pub period: String,
    /// First day that counts.
    #[ts(type = "string")]
    pub from: NaiveDate,
    /// Last day that counts.
    #[ts(type = "string")]
    pub to: NaiveDate,
    /// Pieces that are there (齐全 n/m).
    pub have: usize,
    /// Pieces that are wanted.
    pub want: usize,
    /// By kind of proof.
    pub groups: Vec<ProofGroup>,
}

/// A file whose content is kept already, to be put with a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewProof {
    /// Its file name.
    pub name: String,
    /// 材料类别; where it is left out the name and the record's needs decide.
    pub role: Option<String>,
    /// SHA-256 of its content, as [`Store::attach`](crate::store::Store::attach) gave it.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

/// What came of adding files.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "types.ts")]
pub struct ProofAdded {
    /// Ids of the new proof records.
    #[ts(type = "number[]")]
    pub added: Vec<i64>,
    /// Names of files that this record has already.
    pub known: Vec<String>,
    /// What the person should look at: the same content also lies with another record.
    pub remarks: Vec<String>,
    /// Files that were not taken, with the reason.
    pub refused: Vec<String>,
}

/// Whether the screen can show it small.
pub(super) fn is_image(name: &str) -> bool {
    const ENDINGS: &[&str] = &["jpg", "jpeg", "jfif", "png", "gif", "webp", "bmp"];
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending.to_lowercase().as_str()))
}

/// Words in a file's name that say its role; the roles themselves come first.
const WORDS: &[(&str, &str)] = &[
    ("签到", "签到表"),
    ("通知", "活动通知"),
    ("截图", "截图"),
    ("截屏", "截图"),
    ("执照", "营业执照"),
    ("聘书", "聘书"),
    ("聘任", "聘书"),
    ("租赁", "租赁合同"),
    ("产权", "产权证明"),
    ("房产证", "产权证明"),
    ("不动产", "产权证明"),
    ("协议", "协议"),
    ("合同", "协议"),
    ("报道", "报道"),
    ("新闻", "报道"),
    ("方案", "活动方案"),
    ("发票", "费用凭证"),
    ("收据", "费用凭证"),
    ("回单", "凭证"),
    ("凭证", "凭证"),
    ("到账", "凭证"),
    ("毕业证", "毕业证"),
    ("学位", "毕业证"),
    ("证书", "资格证书"),
    ("存款", "存款证明"),
    ("基金", "资金文件"),
    ("资金", "资金文件"),
    ("制度", "制度文件"),
    ("办法", "制度文件"),
    ("职能", "制度文件"),
    ("法人", "法人证书"),
    ("批复", "批准文件"),
    ("批准", "批准文件"),
    ("报表", "财务报表"),
    ("审计", "财务报表"),
    ("服务记录", "服务记录"),
    ("辅导", "服务记录"),
    ("照片", "照片"),
    ("合影", "照片"),
    ("图片", "照片"),
];

/// Every role that a proof file can have.
fn roles() -> &'static [&'static str] {
    match kind("proof").and_then(|k| k.field("role")).map(|f| f.ty) {
        Some(Type::Choice(options)) => options,
        _ => &[],
    }
}

/// A want of the daily list with the kinds of records that it can lie with.
struct Rule<'a> {
    want: &'a Want,
    /// What it is `each` of.
    of: Option<&'static Kind>,
}

fn rules(programme: &Programme) -> Vec<Rule<'_>> {
    let of = |want: &Want| programme.kind_behind(want.each.as_ref()?);
    let wants = programme.documents.iter().flat_map(crate::programme::ConditionDef::wants);
    wants.map(|want| Rule { want, of: of(want) }).collect()
}

/// Every day there is: what a record wants does not depend on the report that is looked at.
fn ever(today: NaiveDate) -> Window {
    Window { start: NaiveDate::MIN, end: today, fresh: NaiveDate::MIN }
}

impl Desk {
    /// The record of that kind or list, or the refusal.
    fn found<'a>(&self, list: &str, id: i64, ledger: &'a Ledger) -> Result<(&'static Kind, &'a Record)> {
        // The seal keeps the scan of its stamped print: it is no kind that people see, yet it has proof.
        let kind = match kind(list) {
            Some(kind) => kind,
            None => shape(list)?.kind,
        };
        let record = ledger.get(kind, id).ok_or_else(|| Error::refused(format!("没有编号为 {id} 的{}", kind.label)))?;
        Ok((kind, record))
    }

    /// The proof of a record: its files, what it wants, which roles fit it.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such record.
    pub fn proof(&self, list: &str, id: i64) -> Result<RecordProof> {
        let ledger = self.store.ledger()?;
        let (kind, record) = self.found(list, id, &ledger)?;
        let shelf = self.programme_shelf();
        let programme = shelf.find(DAILY)?;
        let figures = figures(programme, &ledger, ever(self.today));
        let proofs = Proofs::new(&ledger, self.today);
        let rules = rules(programme);
        let mut proof = RecordProof {
            kind: kind.name,
            id,
            label: ledger.label(kind, record),
            files: Vec::new(),
            needs: needs(kind, id, &rules, &figures, &proofs),
            have: 0,
            want: 0,
            roles: Vec::new(),
            other_roles: Vec::new(),
        };
        proof.want = proof.needs.len();
        proof.have = proof.needs.iter().filter(|n| n.have >= n.want).count();
        for role in fitting_roles(kind, &shelf.sound) {
            proof.roles.push(role.to_owned());
        }
        for role in roles().iter().filter(|r| !proof.roles.iter().any(|p| p == *r)) {
            proof.other_roles.push((*role).to_owned());
        }
        let mut files: Vec<Kept> = proofs.of(kind, id).to_vec();
        let mut seen = HashSet::new();
        for other in rules.iter().filter(|r| r.of == Some(kind)).flat_map(|r| &r.want.also) {
            if seen.insert(other.name) {
                let ids = proofs.referring(other, kind, id);
                files.extend(ids.into_iter().flat_map(|id| proofs.of(other, id)));
            }
        }
        for kept in files {
            proof.files.push(self.proof_file(&kept, (kind, id), &ledger)?);
        }
        Ok(proof)
    }

    fn proof_file(&self, kept: &Kept, of: (&'static Kind, i64), ledger: &Ledger) -> Result<ProofFile> {
        let proof = own("proof")?.kind;
        let record = ledger.get(proof, kept.id);
        let value = |field: &str| record.and_then(|r| r.field(proof, field));
        let added = || {
            let first = self.store.record_history(proof, kept.id).ok()?.into_iter().next()?;
            first.at.get(..10)?.parse().ok()
        };
        let owner = ledger.get(kept.owner.0, kept.owner.1).filter(|_| kept.owner != of);
        Ok(ProofFile {
            id: kept.id,
            owner_kind: kept.owner.0.name,
            owner_id: kept.owner.1,
            owner: owner.map(|r| ledger.label(kept.owner.0, r)).unwrap_or_default(),
            role: kept.role.to_owned(),
            name: kept.name.to_owned(),
            size: value("size").and_then(Value::as_int),
            day: value("taken_on").and_then(Value::as_date).or_else(added),
            image: is_image(kept.name),
            sha256: kept.sha256.to_owned(),
        })
    }

    /// 齐全 n/m of every record of a kind or list that wants something or has a file.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such kind.
    pub fn proof_counts(&self, list: &str) -> Result<Vec<ProofCount>> {
        let shape = shape(list)?;
        let ledger = self.store.ledger()?;
        let shelf = self.programme_shelf();
        let programme = shelf.find(DAILY)?;
        let figures = figures(programme, &ledger, ever(self.today));
        let proofs = Proofs::new(&ledger, self.today);
        let mut counts: BTreeMap<i64, ProofCount> = BTreeMap::new();
        let blank = |id: i64| ProofCount { id, have: 0, want: 0, files: proofs.of(shape.kind, id).len() };
        for rule in rules(programme).iter().filter(|r| r.want.at_least > 0 && r.of == Some(shape.kind)) {
            for behind in rule.want.each.iter().filter_map(|code| figures.get(code)).flat_map(|m| &m.from) {
                let count = counts.entry(behind.id).or_insert_with(|| blank(behind.id));
                count.want += 1;
                let there = different(&proofs.fitting(behind.kind, behind.id, rule.want));
                count.have += usize::from(there >= rule.want.at_least);
            }
        }
        for record in ledger.rows(shape.kind) {
            if !counts.contains_key(&record.id) && !proofs.of(shape.kind, record.id).is_empty() {
                counts.insert(record.id, blank(record.id));
            }
        }
        let listed = |id: i64| ledger.get(shape.kind, id).is_some_and(|r| super::listed(shape, r, &ledger, self.today));
        Ok(counts.into_values().filter(|c| listed(c.id)).collect())
    }

    /// The proof behind a quarterly report: 齐全 n/m, and the records that lack something.
    ///
    /// # Errors
    /// [`Error::Refused`] when the period is none.
    pub fn quarter_proof(&self, period: &str) -> Result<QuarterProof> {
        let ledger = self.store.ledger()?;
        let shelf = self.programme_shelf();
        let programme = shelf.find(DAILY)?;
        let at = Period::parse(period).map_err(Error::Refused)?;
        let window = match programme.all_forms().first() {
            Some(form) => self.window_of(form, period, &ledger)?,
            None => Window::new(at, Basis::Ytd, at.cutoff(31), None),
        };
        let figures = figures(programme, &ledger, window);
        let proofs = Proofs::new(&ledger, window.end);
        let groups = groups(programme, &figures, &proofs);
        Ok(QuarterProof {
            period: at.to_string(),
            from: window.start,
            to: window.end,
            have: groups.iter().map(|g| g.have).sum(),
            want: groups.iter().map(|g| g.want).sum(),
            groups,
        })
    }

    /// What a programme's list of material asks for, by kind of proof, and the records that lack it.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such programme.
    pub fn programme_proof(&self, programme: &str, on: NaiveDate) -> Result<Vec<ProofGroup>> {
        let ledger = self.store.ledger()?;
        let shelf = self.programme_shelf();
        let programme = shelf.find(programme)?;
        let figures = figures(programme, &ledger, crate::programme::measure::year_to(on));
        Ok(groups(programme, &figures, &Proofs::new(&ledger, on)))
    }

    /// Puts files with a record, as one step. A file that the record has already is told and not put twice.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such record or role.
    pub fn add_proof(&mut self, list: &str, id: i64, files: Vec<NewProof>) -> Result<ProofAdded> {
        let ledger = self.store.ledger()?;
        let (kind, _) = self.found(list, id, &ledger)?;
        let state = self.proof(list, id)?;
        let shape = own("proof")?;
        let mut outcome = ProofAdded::default();
        // One sheet may be the notice and the sign-in list: told so by hand, it is put once for each.
        let own = state.files.iter().filter(|f| f.owner.is_empty());
        let mut there: HashSet<(String, String)> = own.map(|f| (f.sha256.clone(), f.role.clone())).collect();
        let elsewhere = holders(&ledger);
        let mut lacking: Vec<(Vec<String>, usize)> =
            state.needs.iter().map(|n| (n.roles.clone(), n.want.saturating_sub(n.have))).collect();
        let mut records = Vec::new();
        for file in files {
            let known = match &file.role {
                Some(role) => there.contains(&(file.sha256.clone(), role.clone())),
                None => there.iter().any(|(content, _)| *content == file.sha256),
            };
            if known {
                outcome.known.push(file.name);
                continue;
            }
            let role = match &file.role {
                Some(role) if roles().contains(&role.as_str()) => role.clone(),
                Some(role) => return Err(Error::refused(format!("没有名为“{role}”的材料类别"))),
                None => guess(&file.name, &state.roles, &lacking),
            };
            there.insert((file.sha256.clone(), role.clone()));
            if let Some((_, short)) = lacking.iter_mut().find(|(roles, short)| *short > 0 && roles.contains(&role)) {
                *short -= 1;
            }
            let others = elsewhere.get(file.sha256.as_str()).into_iter().flatten();
            if let Some(other) = others.filter_map(|(k, id)| Some(ledger.label(k, ledger.get(k, *id)?))).next() {
                outcome.remarks.push(format!("“{}”与“{other}”的佐证是同一个文件，请核对是否放错", file.name));
            }
            let mut record = Record::empty(shape.kind, 0);
            for (field, text) in
                [("owner", format!("{}:{id}", kind.name)), ("role", role), ("name", file.name), ("sha256", file.sha256)]
            {
                record.set(shape.kind, field, Some(Value::text(text)));
            }
            record.set(shape.kind, "size", i64::try_from(file.size).ok().map(Value::Int));
            records.push(record);
        }
        if records.is_empty() {
            return Ok(outcome);
        }
        let name = format!("添加佐证材料 {} 份", records.len());
        outcome.added = self
            .store
            .change(&name, |tx| records.into_iter().map(|r| tx.insert(shape, r)).collect::<Result<Vec<i64>>>())?;
        Ok(outcome)
    }

    /// Reads files, keeps their content and puts them with a record, as one step. What is no file, is empty or
    /// too large is refused by name, and hinders no other.
    ///
    /// # Errors
    /// As [`Desk::add_proof`]; [`Error::Cancelled`] when the person stops it: then nothing was added.
    pub fn add_proof_files(
        &mut self,
        list: &str,
        id: i64,
        role: Option<&str>,
        paths: &[PathBuf],
        progress: Progress,
    ) -> Result<ProofAdded> {
        self.found(list, id, &self.store.ledger()?)?;
        let (mut files, mut refused) = (Vec::new(), Vec::new());
        for (done, path) in (0..).zip(paths) {
            progress.at("读取佐证材料", done, paths.len() as u64)?;
            match read_proof(path) {
                Ok((name, bytes)) => files.push(self.keep_proof(&name, role, &bytes)?),
                Err(e) => refused.push(e.to_string()),
            }
        }
        let mut outcome = self.add_proof(list, id, files)?;
        outcome.refused = refused;
        Ok(outcome)
    }

    /// Keeps the content of a file that the screen hands over; [`Desk::add_proof`] puts it with a record.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is empty, [`Error::File`] when it cannot be written.
    pub fn keep_proof(&self, name: &str, role: Option<&str>, bytes: &[u8]) -> Result<NewProof> {
        // A browser gives some files a path; what counts is the last part.
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
        if bytes.is_empty() {
            return Err(Error::refused(format!("“{name}”是空文件，没有添加")));
        }
        let (sha256, size) = self.store.attach(bytes)?;
        let name = if name.is_empty() { "未命名" } else { name }.to_owned();
        Ok(NewProof { name, role: role.map(str::to_owned), sha256, size })
    }

    /// Sends proof files to the bin, as one step. Their content stays: undo brings them back whole.
    ///
    /// # Errors
    /// [`Error::Refused`] when one is not there.
    pub fn remove_proof(&mut self, ids: &[i64]) -> Result<()> {
        let shape = own("proof")?;
        self.store.change(&format!("移除佐证材料 {} 份", ids.len()), |tx| {
            ids.iter().try_for_each(|id| tx.delete(shape.kind, *id))
        })
    }

    /// Gives proof files another role, as one step.
    ///
    /// # Errors
    /// [`Error::Refused`] when one is not there, [`Error::Flawed`] when there is no such role.
    pub fn change_proof_role(&mut self, ids: &[i64], role: &str) -> Result<()> {
        let shape = own("proof")?;
        if !roles().contains(&role) {
            return Err(Error::refused(format!("没有名为“{role}”的材料类别，可选：{}", roles().join("、"))));
        }
        self.store.change(&format!("佐证材料改为{role}"), |tx| {
            for id in ids {
                let missing = || Error::refused("佐证材料已不在，请刷新后再试");
                let mut record = tx.get(shape.kind, *id)?.ok_or_else(missing)?;
                record.set(shape.kind, "role", Some(Value::text(role)));
                tx.update(shape, record)?;
            }
            Ok(())
        })
    }

    /// Name and content of a proof file, checked against its SHA-256.
    ///
    /// # Errors
    /// [`Error::Refused`] when it is not there or was changed, [`Error::File`] when it cannot be read.
    pub fn proof_content(&self, id: i64) -> Result<(String, Vec<u8>)> {
        let proof = own("proof")?.kind;
        let ledger = self.store.ledger()?;
        let record = ledger.get(proof, id).ok_or_else(|| Error::refused("佐证材料已不在，请刷新后再试"))?;
        let text = |field: &str| record.field(proof, field).and_then(Value::as_text).unwrap_or_default();
        Ok((text("name").to_owned(), self.store.attachment(text("sha256"))?))
    }
}

/// What a file is called and what is in it.
///
/// # Errors
/// [`Error::Refused`] when it is a folder, empty or too large; [`Error::File`] when it cannot be read.
pub fn read_proof(path: &Path) -> Result<(String, Vec<u8>)> {
    let shown = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    let fail = |source| Error::File { what: "读取", path: path.into(), source };
    let about = std::fs::metadata(path).map_err(fail)?;
    let refused = |why: &str| Err(Error::refused(format!("“{shown}”{why}，没有添加")));
    match about.len() {
        _ if about.is_dir() => refused("是文件夹，请选择其中的文件"),
        _ if !about.is_file() => refused("不是普通文件"),
        0 => refused("是空文件"),
        size if size > LARGEST => refused("超过 512 MB"),
        _ => Ok((shown, std::fs::read(path).map_err(fail)?)),
    }
}

/// What a record wants, and what of it is there.
fn needs(kind: &'static Kind, id: i64, rules: &[Rule], figures: &Figures, proofs: &Proofs) -> Vec<ProofNeed> {
    let asks = |rule: &&Rule| {
        let behind = |code: &String| figures.get(code).is_some_and(|m| m.from.iter().any(|b| b.id == id));
        rule.want.at_least > 0 && rule.of == Some(kind) && rule.want.each.as_ref().is_some_and(behind)
    };
    let need = |rule: &Rule| {
        let have = different(&proofs.fitting(kind, id, rule.want));
        let want = rule.want.at_least;
        let say = if have >= want { "齐".to_owned() } else { format!("缺{}", wanted(rule.want, want - have)) };
        ProofNeed { roles: rule.want.roles.clone(), have, want, say }
    };
    rules.iter().filter(asks).map(need).collect()
}

fn groups(programme: &Programme, figures: &Figures, proofs: &Proofs) -> Vec<ProofGroup> {
    let wants = programme.material().iter().flat_map(crate::programme::ConditionDef::wants);
    let group = |want: &Want| {
        let found = proofs.find(want, figures);
        let what = want.roles.join("或");
        let measured = want.each.as_ref().and_then(|code| figures.get(code));
        let of = measured
            .map_or_else(|| want.some.iter().map(|k| k.label).collect::<Vec<_>>().join("或"), |m| m.label.clone());
        let say = match (found.missing.len(), measured) {
            (0, _) => String::new(),
            (_, None) => found.missing.first().map(|g| g.say.clone()).unwrap_or_default(),
            (n, Some(m)) => format!("{n} {}{of}缺{what}", if m.unit.is_empty() { "条" } else { &m.unit }),
        };
        ProofGroup { what, of, have: found.have, want: found.want, say, missing: found.missing }
    };
    wants.filter(|w| w.at_least > 0).map(group).filter(|g| g.want > 0).collect()
}

/// Roles that any programme wants on records of a kind, the daily list first; 其他 always fits.
fn fitting_roles<'a>(kind: &'static Kind, programmes: &'a [Programme]) -> Vec<&'a str> {
    let mut fitting: Vec<&str> = Vec::new();
    let (daily, others): (Vec<_>, Vec<_>) = programmes.iter().partition(|p| p.id == DAILY);
    for programme in daily.into_iter().chain(others) {
        for def in programme.documents.iter().chain(&programme.conditions) {
            for want in def.wants() {
                let of = want.each.as_ref().and_then(|code| programme.kind_behind(code));
                let fits = of == Some(kind) || want.some.contains(&kind) || want.also.contains(&kind);
                for role in want.roles.iter().filter(|_| fits) {
                    if !fitting.contains(&role.as_str()) {
                        fitting.push(role);
                    }
                }
            }
        }
    }
    fitting.push("其他");
    fitting
}

/// The records with which each content lies.
fn holders(ledger: &Ledger) -> HashMap<&str, Vec<(&'static Kind, i64)>> {
    let mut found: HashMap<&str, Vec<(&'static Kind, i64)>> = HashMap::new();
    let Some(kind) = kind("proof") else { return found };
    for record in ledger.rows(kind) {
        let text = |field: &str| record.field(kind, field).and_then(Value::as_text);
        if let (Some(owner), Some(hash)) = (text("owner").and_then(crate::programme::owner_of), text("sha256")) {
            found.entry(hash).or_default().push(owner);
        }
    }
    found
}

/// The role of a file that nobody named: what its name says, else what the record still lacks, else a picture
/// is a 照片 and the rest the first that fits.
fn guess(name: &str, fitting: &[String], lacking: &[(Vec<String>, usize)]) -> String {
    let fits = |role: &str| fitting.iter().any(|f| f == role);
    let said = roles().iter().filter(|r| name.contains(**r)).map(|r| (*r, *r));
    let said = said.chain(WORDS.iter().copied()).find(|(word, role)| name.contains(word) && fits(role));
    if let Some((_, role)) = said {
        return role.to_owned();
    }
    if is_image(name) && fits("照片") {
        return "照片".to_owned();
    }
    let lacks = lacking.iter().filter(|(roles, short)| *short > 0 && !roles.iter().any(|r| r == "照片"));
    let lacked = lacks.flat_map(|(roles, _)| roles).next();
    lacked.or_else(|| fitting.first()).map_or("其他", String::as_str).to_owned()
}
