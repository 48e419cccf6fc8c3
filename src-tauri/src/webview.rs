//! Before there is a window: what it is shown with, and native words where nothing else can speak.

use std::path::PathBuf;
use std::process::Command;

use rfd::{MessageButtons, MessageDialog, MessageDialogResult, MessageLevel};

/// Microsoft's installer that needs no network, under the name that it is downloaded with.
const INSTALLER: &str = "MicrosoftEdgeWebView2RuntimeInstallerX64.exe";
const TITLE: &str = "众创台账";

/// Says something that keeps the program from starting. Without a console this is the only voice it has.
pub fn say(text: &str) {
    MessageDialog::new().set_level(MessageLevel::Error).set_title(TITLE).set_description(text).show();
}

/// Whether the window can be shown. Windows 11 brings WebView2, some Windows 10 do not: then it is installed
/// from the file beside the program if the person agrees, or it is said how to get it.
pub fn is_there() -> bool {
    if tauri::webview_version().is_ok() {
        return true;
    }
    let folder = std::env::current_exe().ok().and_then(|program| program.parent().map(PathBuf::from));
    let folder = folder.unwrap_or_default();
    let installer = folder.join(INSTALLER);
    if !installer.is_file() {
        say(&format!(
            "这台电脑没有 Microsoft Edge WebView2 运行时，众创台账要用它显示窗口。台账的数据不受影响。\n\n\
             请这样做：\n\
             1. 在能上网的电脑上打开 developer.microsoft.com/microsoft-edge/webview2，下载“常青版独立安装程序”的 x64 版，\
             文件名是 {INSTALLER}；\n\
             2. 把它复制到众创台账所在的文件夹：{}；\n\
             3. 再打开众创台账，按提示安装。安装时不需要上网。",
            folder.display()
        ));
        return false;
    }
    let asked = MessageDialog::new()
        .set_level(MessageLevel::Info)
        .set_title(TITLE)
        .set_description(
            "这台电脑没有 Microsoft Edge WebView2 运行时，众创台账要用它显示窗口。\n\n\
             程序旁边有它的离线安装程序，现在安装吗？大约需要一两分钟，不需要上网。",
        )
        .set_buttons(MessageButtons::YesNo)
        .show();
    if asked != MessageDialogResult::Yes {
        return false;
    }
    let ran = Command::new(&installer).status();
    if tauri::webview_version().is_ok() {
        return true;
    }
    let why = match ran {
        Ok(status) => status.to_string(),
        Err(e) => e.to_string(),
    };
    say(&format!(
        "WebView2 没有装好（{why}）。\n\n请双击运行“{}”，看它说明的原因；装好后再打开众创台账。",
        installer.display()
    ));
    false
}
