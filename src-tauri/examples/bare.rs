//! A window of Tauri with one line of text in it and nothing behind: what `cargo xtask bench window` holds the start of
//! the program against.

use tauri::http::header::CONTENT_TYPE;
use tauri::http::{HeaderValue, Response};
use tauri::{WebviewUrl, WebviewWindowBuilder};

fn main() -> tauri::Result<()> {
    let page = "<!doctype html><meta charset=\"utf-8\"><title>bare</title><p>bare</p>";
    tauri::Builder::default()
        .register_uri_scheme_protocol("bare", move |_, _| {
            let mut answer = Response::new(page.as_bytes().to_vec());
            answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/html"));
            answer
        })
        .setup(|app| {
            let page = WebviewUrl::CustomProtocol("bare://localhost/".parse()?);
            WebviewWindowBuilder::new(app, "bare", page).inner_size(1180.0, 640.0).maximized(true).build()?;
            Ok(())
        })
        .run(tauri::generate_context!())
}
