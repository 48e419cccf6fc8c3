//! 众创台账: the window. It opens on one data folder and only asks the [`incubator::desk::Desk`].
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod commands;
mod dialogs;
mod jobs;
mod office;
mod webview;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tauri::{Manager, RunEvent, WebviewUrl, WebviewWindowBuilder, WindowEvent};

use crate::commands::import::Import;
use crate::jobs::Jobs;
use crate::office::Office;

/// 众创空间的离线台账
#[derive(Parser)]
#[command(name = "taizhang", version, disable_help_subcommand = true)]
struct Args {
    /// 数据文件夹(默认为本机用户的数据目录)
    #[arg(long, value_name = "文件夹")]
    data: Option<PathBuf>,
}

/// The one window.
const WINDOW: &str = "main";
/// Asks what the page will ask for first while the page itself is still being read; `api.first` takes the answer.
const ASK_FIRST: &str = "if (location.protocol !== 'about:') {
    window.askedFirst = window.__TAURI_INTERNALS__.invoke('first');
    window.askedFirst.catch(() => {});
}";
/// Where it is remembered how the window stood.
const WINDOW_PLACE: &str = "window";

fn main() -> ExitCode {
    // Started by itself to read a file: no window, no second start.
    if let Some(code) = incubator::roster::serve() {
        return code;
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        // A program without a console is seen to do nothing.
        Err(wrong) if cfg!(all(windows, not(debug_assertions))) => {
            webview::say(&wrong.to_string());
            return ExitCode::from(2);
        }
        Err(wrong) => wrong.exit(),
    };
    if !webview::is_there() {
        return ExitCode::FAILURE;
    }
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            cannot_open(&e);
            ExitCode::FAILURE
        }
    }
}

/// Says why there is no window.
fn cannot_open(why: &tauri::Error) {
    let say =
        format!("窗口打不开，台账的数据不受影响。请重新启动电脑后再试；仍然打不开时把下面的话告诉技术人员：\n\n{why}");
    // A native dialog beside a window that came half up waits for that window's loop for ever, except on Windows.
    if cfg!(windows) {
        webview::say(&say);
    } else {
        eprintln!("{say}");
    }
}

/// Opens the window and stays until it is closed, or Windows logs off or shuts down: both end in
/// [`RunEvent::Exit`], where the folder is let go.
fn run(args: Args) -> tauri::Result<()> {
    let app = tauri::Builder::default()
        // First of all, as its author asks: a second start ends here, before it touches the data folder.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| bring_forward(app)))
        .invoke_handler(tauri::generate_handler![
            commands::folder::first,
            commands::folder::status,
            commands::folder::reopen,
            commands::folder::recover,
            commands::folder::open_sample,
            commands::reports::fill,
            commands::reports::file_as,
            commands::reports::override_cell,
            commands::reports::explain,
            commands::reports::export,
            commands::reports::figure,
            commands::reports::portal,
            commands::reports::read_back,
            commands::reports::filings,
            commands::reports::print_page,
            commands::reports::seal,
            commands::reports::seal_with_scan,
            commands::reports::unseal,
            commands::reports::differences,
            commands::reports::attach_scan,
            commands::texts::form_text,
            commands::texts::preview_text,
            commands::texts::write_text,
            commands::texts::confirm_text,
            commands::texts::offers,
            commands::texts::take_offers,
            commands::texts::plain_form,
            commands::texts::pattern,
            commands::texts::tailor,
            commands::records::record,
            commands::records::lists,
            commands::records::list_columns,
            commands::records::list_rows,
            commands::records::list_position,
            commands::records::list_block,
            commands::records::list_ids,
            commands::records::change_cells,
            commands::records::empty_block,
            commands::records::fill_down,
            commands::records::add_record,
            commands::records::begin_record,
            commands::records::delete_records,
            commands::records::delete_many,
            commands::records::put_back,
            commands::records::put_back_all,
            commands::records::bin,
            commands::records::ref_choices,
            commands::records::sheet,
            commands::records::record_on,
            commands::records::restore_step,
            commands::records::round,
            commands::records::round_put,
            commands::records::round_confirm,
            commands::folder::undo,
            commands::folder::redo,
            commands::keeping::backups,
            commands::keeping::backup_now,
            commands::overview::overview,
            commands::overview::dials,
            commands::overview::charts,
            commands::search::search,
            commands::search::ready_search,
            commands::keeping::restore_changes,
            commands::keeping::restore,
            commands::keeping::verify,
            commands::keeping::second_copy,
            commands::keeping::choose_copy_folder,
            commands::keeping::copy_away,
            commands::keeping::steps,
            commands::keeping::take_back,
            commands::keeping::about_program,
            commands::folder::begin,
            commands::settings::remember,
            commands::settings::draft,
            commands::settings::cancel,
            commands::annexes::reminders,
            commands::annexes::standings,
            commands::annexes::broken_programmes,
            commands::annexes::gauge,
            commands::annexes::judge,
            commands::annexes::programme_forms,
            commands::annexes::programme_proof,
            commands::annexes::write_pack,
            commands::proof::proof,
            commands::proof::proof_counts,
            commands::proof::quarter_proof,
            commands::proof::choose_proof,
            commands::proof::drop_proof,
            commands::proof::remove_proof,
            commands::proof::change_proof_role,
            commands::proof::proof_content,
            commands::proof::save_proof,
            commands::import::pick_roster,
            commands::import::drop_roster,
            commands::import::paste_roster,
            commands::import::read_roster,
            commands::import::plan_block,
            commands::import::plan_rows,
            commands::import::plan_take,
            commands::import::plan_take_all,
            commands::import::plan_import,
            commands::import::plan_drop,
            commands::import::save_correction,
            commands::import::save_template,
        ])
        .setup(|app| {
            app.manage(Jobs::default());
            app.manage(Import::default());
            // The folder is opened while the window comes up: only what that window looks like is read before.
            let office = Office::open(args.data);
            let settings = office.settings();
            app.manage(office);
            let remembered = |key: &str| settings.as_ref().and_then(|settings| settings.get(key));
            let mut window = WebviewWindowBuilder::new(app, WINDOW, WebviewUrl::default())
                .title("众创台账")
                .inner_size(1180.0, 640.0)
                .min_inner_size(900.0, 520.0)
                .theme(remembered("theme").and_then(commands::settings::theme))
                // Files are dropped on the page itself, and columns dragged in it.
                .disable_drag_drop_handler()
                .initialization_script(ASK_FIRST)
                .on_navigation(own_page);
            #[cfg(debug_assertions)]
            {
                window = window.initialization_script(include_str!("watch.js"));
            }
            match remembered(WINDOW_PLACE).and_then(Place::read) {
                Some(place) if place.is_seen(app) => {
                    window = window.inner_size(place.width, place.height).position(place.x, place.y);
                    window = window.maximized(place.maximized);
                }
                // The usual laptop shows 1366×768 at 125 %: the form needs all of it.
                _ => window = window.maximized(true),
            }
            // What fails here ends the program without another word.
            window.build().inspect_err(cannot_open)?;
            Ok(())
        })
        .build(tauri::generate_context!())?;
    app.run(|app, event| match event {
        RunEvent::WindowEvent { event: WindowEvent::CloseRequested { .. }, .. } => {
            if let Some(place) = Place::of(app) {
                place.keep(app);
            }
        }
        // The desk may be at work for somebody else: the window's own thread waits for nobody.
        RunEvent::WindowEvent { event: WindowEvent::Focused(false), .. } => {
            if let Some(place) = Place::of(app) {
                let app = app.clone();
                std::thread::spawn(move || place.keep(&app));
            }
        }
        RunEvent::Exit => app.state::<Office>().close(),
        _ => {}
    });
    Ok(())
}

/// Where and how large the window was, in logical pixels.
struct Place {
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    maximized: bool,
}

impl Place {
    fn read(kept: &serde_json::Value) -> Option<Place> {
        let number = |key: &str| kept.get(key)?.as_f64().filter(|n| n.is_finite());
        Some(Place {
            x: number("x")?,
            y: number("y")?,
            width: number("width")?.max(900.0),
            height: number("height")?.max(520.0),
            maximized: kept.get("maximized")?.as_bool()?,
        })
    }

    /// Where the window stands now; `None` while it is minimised or gone.
    fn of(app: &tauri::AppHandle) -> Option<Place> {
        let window = app.get_webview_window(WINDOW)?;
        window.is_minimized().ok().filter(|minimized| !minimized)?;
        let (scale, maximized) = (window.scale_factor().ok()?, window.is_maximized().ok()?);
        let (at, size) = (window.outer_position().ok()?, window.inner_size().ok()?);
        let (at, size) = (at.to_logical::<f64>(scale), size.to_logical::<f64>(scale));
        Some(Place { x: at.x, y: at.y, width: size.width, height: size.height, maximized })
    }

    /// Remembers it. Nobody is harmed when it cannot be.
    fn keep(&self, app: &tauri::AppHandle) {
        let Place { x, y, width, height, maximized } = self;
        let _ = app.state::<Office>().ask(|desk| {
            let mut place =
                serde_json::json!({ "x": x, "y": y, "width": width, "height": height, "maximized": maximized });
            // Of a maximised window the size before is kept, to return to.
            if let Some(before) = desk.settings().get(WINDOW_PLACE).cloned().filter(|_| *maximized) {
                place = before;
                place["maximized"] = true.into();
            }
            desk.settings_mut().set(WINDOW_PLACE, place)
        });
    }

    /// Whether its title bar lies on a screen that is there: one may have been unplugged since.
    fn is_seen(&self, app: &tauri::App) -> bool {
        app.available_monitors().unwrap_or_default().iter().any(|monitor| {
            let scale = monitor.scale_factor();
            let (at, size) = (monitor.position().to_logical::<f64>(scale), monitor.size().to_logical::<f64>(scale));
            let (left, top) = (self.x + 100.0, self.y + 10.0);
            at.x <= left && left < at.x + size.width && at.y <= top && top < at.y + size.height
        })
    }
}

/// The window shows the screen built into the program and goes nowhere else.
fn own_page(url: &tauri::Url) -> bool {
    url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost")
}

fn bring_forward(app: &tauri::AppHandle) {
    if let Some(window) = app.get_webview_window(WINDOW) {
        // A window that is gone cannot be brought forward, and there is nobody to tell.
        let _ = window.unminimize().and_then(|()| window.show()).and_then(|()| window.set_focus());
    }
}
