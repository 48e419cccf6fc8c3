//! Proof files of a record: look, add, remove, show.

use std::path::PathBuf;

use incubator::desk::{ProofAdded, ProofCount, QuarterProof, RecordProof, read_proof};
use incubator::error::Refusal;
use incubator::file;
use tauri::ipc::{InvokeBody, Request, Response};
use tauri::{State, WebviewWindow};

use crate::dialogs;
use crate::office::{Answer, Office};

#[tauri::command(async)]
pub fn proof(office: State<'_, Office>, kind: &str, id: i64) -> Answer<RecordProof> {
    office.ask(|desk| desk.proof(kind, id))
}

#[tauri::command(async)]
pub fn proof_counts(office: State<'_, Office>, kind: &str) -> Answer<Vec<ProofCount>> {
    office.ask(|desk| desk.proof_counts(kind))
}

#[tauri::command(async)]
pub fn quarter_proof(office: State<'_, Office>, period: &str) -> Answer<QuarterProof> {
    office.ask(|desk| desk.quarter_proof(period))
}

/// Asks for files, and puts them with the record; nothing when none was chosen.
#[tauri::command]
pub async fn choose_proof(
    window: WebviewWindow,
    office: State<'_, Office>,
    kind: String,
    id: i64,
    role: Option<String>,
) -> Answer<Option<ProofAdded>> {
    let Some(paths) = dialogs::open_proof(&window).await else { return Ok(None) };
    add(&office, &kind, id, role.as_deref(), &paths).map(Some)
}

/// Reads without holding the desk, so that the screen can go on asking.
fn add(office: &Office, kind: &str, id: i64, role: Option<&str>, paths: &[PathBuf]) -> Answer<ProofAdded> {
    let (mut files, mut refused) = (Vec::new(), Vec::new());
    for path in paths {
        match read_proof(path) {
            Ok((name, bytes)) => files.push(office.ask(|desk| desk.keep_proof(&name, role, &bytes))?),
            Err(e) => refused.push(e.to_string()),
        }
    }
    let mut added = office.ask(|desk| desk.add_proof(kind, id, files))?;
    added.refused = refused;
    Ok(added)
}

/// Puts one file that was dropped on the screen with a record. Its bytes are the body; kind, id, name and role
/// stand in the headers, in percent encoding: a header takes no Chinese.
#[tauri::command(async)]
pub fn drop_proof(office: State<'_, Office>, request: Request<'_>) -> Answer<ProofAdded> {
    let refused = |say: &str| Refusal::from(&incubator::Error::refused(say));
    let header = |name: &str| Some(decoded(request.headers().get(name)?.to_str().ok()?));
    let (Some(kind), Some(id), Some(name)) = (header("kind"), header("id"), header("name")) else {
        return Err(refused("没有说明文件属于哪条记录"));
    };
    let id = id.parse().map_err(|_| refused("记录编号不是数字"))?;
    let InvokeBody::Raw(bytes) = request.body() else { return Err(refused("没有收到文件内容")) };
    let role = header("role").filter(|role| !role.is_empty());
    office.ask(|desk| {
        let file = desk.keep_proof(&name, role.as_deref(), bytes)?;
        desk.add_proof(&kind, id, vec![file])
    })
}

/// `%E7%85%A7` as text; what is no such code stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tauri::command(async)]
pub fn remove_proof(office: State<'_, Office>, ids: Vec<i64>) -> Answer<()> {
    office.ask(|desk| desk.remove_proof(&ids))
}

#[tauri::command(async)]
pub fn change_proof_role(office: State<'_, Office>, ids: Vec<i64>, role: &str) -> Answer<()> {
    office.ask(|desk| desk.change_proof_role(&ids, role))
}

/// The content of a proof file, as bytes: the screen makes its own small picture of it.
#[tauri::command(async)]
pub fn proof_content(office: State<'_, Office>, id: i64) -> Answer<Response> {
    office.ask(|desk| desk.proof_content(id)).map(|(_, bytes)| Response::new(bytes))
}

/// Asks where to save a copy of a proof file, to look at it in another program; the path.
#[tauri::command]
pub async fn save_proof(window: WebviewWindow, office: State<'_, Office>, id: i64) -> Answer<Option<String>> {
    let (name, bytes) = office.ask(|desk| desk.proof_content(id))?;
    let name = file::safe_name(&name, &mut std::collections::HashSet::new());
    let Some(path) = dialogs::save_as(&window, "另存佐证材料", &name).await else { return Ok(None) };
    file::write(&path, &bytes).map_err(|e| Refusal::from(&e))?;
    Ok(Some(path.display().to_string()))
}
