//! 导入: a file or pasted text is read into a plan, which is looked at, changed and then applied as it is.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use incubator::error::Refusal;
use incubator::progress::{Progress, Step};
use incubator::roster::{Applied, Book, Choices, Only, Plan, PlanRow, PlanView, guess};
use incubator::{Error, Result, file};
use tauri::ipc::{Channel, InvokeBody, Request};
use tauri::{State, WebviewWindow};

use crate::commands::keeping::back_up;
use crate::dialogs;
use crate::jobs::Jobs;
use crate::office::{Answer, Office};

/// What is being imported. One at a time: the next one takes its place.
#[derive(Default)]
pub struct Import(Mutex<Held>);

#[derive(Default)]
struct Held {
    source: Option<Source>,
    plan: Option<Plan>,
    /// A block that was pasted into a grid, while it is looked at: what is being imported waits behind it.
    block: Option<Plan>,
}

/// Where the rows come from.
#[derive(Clone)]
enum Source {
    /// A file that was picked: read when it is needed.
    Path(PathBuf),
    /// A file that was dropped on the window: its name and content.
    Dropped(String, Vec<u8>),
    /// The cells of a file or of pasted text, read once.
    Book(Book),
}

impl Import {
    fn held(&self) -> MutexGuard<'_, Held> {
        // A command that panicked has written nothing: at worst the plan is made again.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, source: Source) {
        *self.held() = Held { source: Some(source), ..Held::default() };
    }

    fn of_plan<T>(&self, question: impl FnOnce(&mut Plan) -> Result<T>) -> Answer<T> {
        let mut held = self.held();
        let Held { plan, block, .. } = &mut *held;
        let answer = match block.as_mut().or(plan.as_mut()) {
            Some(plan) => question(plan),
            None => Err(Error::refused("还没有读入文件，请先选择文件或粘贴内容")),
        };
        answer.map_err(|e| Refusal::from(&e))
    }
}

/// Asks for a file; its name, or nothing when none was chosen.
#[tauri::command]
pub async fn pick_roster(window: WebviewWindow, import: State<'_, Import>) -> Answer<Option<String>> {
    let Some(path) = dialogs::open_roster(&window).await else { return Ok(None) };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    import.hold(Source::Path(path));
    Ok(Some(name))
}

/// Takes the content of a file that was dropped on the window; its name comes in a header, since the content is
/// the whole body.
#[tauri::command(async)]
pub fn drop_roster(import: State<'_, Import>, request: Request<'_>) -> Answer<()> {
    let lost = || Refusal::from(&Error::refused("没有收到拖入的文件，请改用“选择文件”"));
    let InvokeBody::Raw(bytes) = request.body() else { return Err(lost()) };
    let name = request.headers().get("name").and_then(|name| name.to_str().ok()).ok_or_else(lost)?;
    import.hold(Source::Dropped(unescaped(name), bytes.clone()));
    Ok(())
}

/// Takes text that was pasted as a table.
#[tauri::command(async)]
pub fn paste_roster(import: State<'_, Import>, text: &str) -> Answer<()> {
    let book = Book::pasted(text).map_err(|e| Refusal::from(&e))?;
    import.hold(Source::Book(book));
    Ok(())
}

/// Reads what is held into a plan for a list, or for the one that it looks like. Writes nothing.
#[tauri::command(async)]
pub fn read_roster(
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    import: State<'_, Import>,
    job: u32,
    steps: Channel<Step>,
    list: Option<String>,
    choices: Choices,
) -> Answer<PlanView> {
    jobs.run(job, &steps, |progress| {
        let source = import.held().source.clone();
        let reader = office.desk(|desk| Ok(desk.reader().clone()))?;
        let book = match source {
            None => return Err(Error::refused("还没有读入文件，请先选择文件或粘贴内容")),
            Some(Source::Book(book)) => book,
            Some(Source::Dropped(name, bytes)) => reader.open(&bytes, &name, progress)?,
            Some(Source::Path(path)) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let bytes = std::fs::read(&path).map_err(|source| Error::File { what: "读取", path, source })?;
                reader.open(&bytes, &name, progress)?
            }
        };
        import.held().source = Some(Source::Book(book.clone()));
        let list = match list {
            Some(list) => list,
            None => guess(&book).map_or("team", |shape| shape.name).to_owned(),
        };
        let reading = office.desk(|desk| desk.reading(&list))?;
        let plan = reading.plan(&book, &choices, progress)?;
        let view = plan.view();
        let mut held = import.held();
        (held.plan, held.block) = (Some(plan), None);
        Ok(view)
    })
}

/// Reads text pasted into a grid, over these records or as new ones, into a plan. Writes nothing.
#[tauri::command(async)]
pub fn plan_block(
    office: State<'_, Office>,
    import: State<'_, Import>,
    list: &str,
    fields: Vec<String>,
    ids: Vec<Option<i64>>,
    text: &str,
) -> Answer<PlanView> {
    let plan = office.ask(|desk| desk.plan_block(list, &fields, &ids, text))?;
    let view = plan.view();
    import.held().block = Some(plan);
    Ok(view)
}

#[tauri::command(async)]
pub fn plan_rows(import: State<'_, Import>, from: usize, count: usize, only: Option<Only>) -> Answer<Vec<PlanRow>> {
    import.of_plan(|plan| Ok(plan.page(from, count, only)))
}

/// Takes rows in or leaves them out.
#[tauri::command(async)]
pub fn plan_take(import: State<'_, Import>, rows: Vec<usize>, taken: bool) -> Answer<PlanView> {
    import.of_plan(|plan| {
        plan.take(&rows, taken);
        Ok(plan.view())
    })
}

#[tauri::command(async)]
pub fn plan_take_all(import: State<'_, Import>, only: Option<Only>, taken: bool) -> Answer<PlanView> {
    import.of_plan(|plan| {
        plan.take_all(only, taken);
        Ok(plan.view())
    })
}

/// Applies the plan exactly as it is, in one step.
#[tauri::command(async)]
pub fn plan_import(
    office: State<'_, Office>,
    jobs: State<'_, Jobs>,
    import: State<'_, Import>,
    job: u32,
    steps: Channel<Step>,
) -> Answer<Applied> {
    jobs.run(job, &steps, |progress| {
        // The lock is not held while the plan is written: the window may ask for other things meanwhile.
        let block = import.held().block.take();
        if let Some(block) = block {
            let done = put_in(&office, &block, progress);
            if done.is_err() {
                import.held().block = Some(block);
            }
            return done;
        }
        let plan = import.held().plan.take();
        let Some(plan) = plan else {
            return Err(Error::refused("还没有读入文件，请先选择文件或粘贴内容"));
        };
        let done = put_in(&office, &plan, progress);
        match done {
            // The rows that failed can still be saved.
            Ok(_) if plan.counts().flawed == 0 => *import.held() = Held::default(),
            _ => import.held().plan = Some(plan),
        }
        done
    })
}

/// Makes the backup beside the desk, which is held for the writing alone.
fn put_in(office: &Office, plan: &Plan, progress: Progress<'_>) -> Result<Applied> {
    office.desk(|desk| desk.importable(plan))?;
    back_up(office, "导入前", progress)?;
    office.desk(|desk| desk.import_backed_up(plan, progress))
}

/// Forgets the block that was pasted into a grid, or what was read.
#[tauri::command(async)]
pub fn plan_drop(import: State<'_, Import>, block: bool) {
    let mut held = import.held();
    if block {
        held.block = None;
    } else {
        *held = Held::default();
    }
}

/// Asks where to, then saves the rows that could not come in, each with its reasons; the path.
#[tauri::command]
pub async fn save_correction(
    window: WebviewWindow,
    office: State<'_, Office>,
    import: State<'_, Import>,
) -> Answer<Option<String>> {
    let (plan, name) = import.of_plan(|plan| {
        let stem = plan.file.rsplit_once('.').map_or(plan.file.as_str(), |(stem, _)| stem);
        Ok((plan.clone(), format!("{stem}-待改正.xlsx")))
    })?;
    let bytes = office.ask(|desk| desk.correction(&plan))?;
    save(&window, "保存待改正的行", &name, &bytes).await
}

/// Asks where to, then saves a template of a list, blank or with the present records; the path.
#[tauri::command]
pub async fn save_template(
    window: WebviewWindow,
    office: State<'_, Office>,
    list: String,
    filled: bool,
) -> Answer<Option<String>> {
    let label = incubator::desk::shape(&list).map_err(|e| Refusal::from(&e))?.label;
    let bytes = office.ask(|desk| if filled { desk.list_workbook(&list) } else { desk.template(&list) })?;
    let name = if filled { format!("{label}.xlsx") } else { format!("{label}模板.xlsx") };
    save(&window, if filled { "保存现有记录" } else { "保存空白模板" }, &name, &bytes).await
}

async fn save(window: &WebviewWindow, title: &str, name: &str, bytes: &[u8]) -> Answer<Option<String>> {
    let Some(path) = dialogs::save_workbook(window, title, name).await else { return Ok(None) };
    file::write(&path, bytes).map_err(|e| Refusal::from(&e))?;
    Ok(Some(path.display().to_string()))
}

/// A header's text is ASCII: the name comes with its other characters as %XX of their UTF-8.
fn unescaped(name: &str) -> String {
    let mut bytes = Vec::with_capacity(name.len());
    let mut rest = name.as_bytes();
    while let [first, others @ ..] = rest {
        let escaped = if *first == b'%' { others.get(..2).and_then(|h| std::str::from_utf8(h).ok()) } else { None };
        match escaped.and_then(|h| u8::from_str_radix(h, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::unescaped;

    #[test]
    fn names_come_back_from_their_escapes() {
        assert_eq!(unescaped("%E5%9B%A2%E9%98%9F%202021.xlsx"), "团队 2021.xlsx");
        assert_eq!(unescaped("100%.csv"), "100%.csv", "a sign that escapes nothing stays");
    }
}
