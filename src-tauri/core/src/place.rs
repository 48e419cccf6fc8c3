//! Where things lie on a person's computer: the usual data folder, whether a data folder lies where its
//! records are in danger, and paths that Windows would take for something else.

use std::ffi::OsStr;
use std::path::{Component, Path, PathBuf};

/// A file of this name beside the program makes it portable: its data lies beside it too.
pub const PORTABLE: &str = "portable.txt";

/// The data folder of a portable program, beside it.
const BESIDE: &str = "台账";

/// Folders of programs that copy a folder to other computers while it is written to, as they name them, with the
/// name people know. A name counts when it is the whole name of a folder or, where it ends in `*`, its first
/// words.
const SYNCHRONISED: &[(&str, &str)] = &[
    ("onedrive*", "OneDrive"),
    ("wps云盘*", "WPS云盘"),
    ("wpsdrive*", "WPS云盘"),
    ("wps cloud files", "WPS云盘"),
    ("wps云文档*", "WPS云盘"),
    ("坚果云*", "坚果云"),
    ("我的坚果云*", "坚果云"),
    ("nutstore*", "坚果云"),
    ("dropbox*", "Dropbox"),
    ("baidusyncdisk*", "百度网盘同步空间"),
    ("百度网盘同步*", "百度网盘同步空间"),
    ("百度云同步*", "百度网盘同步空间"),
    ("阿里云盘同步*", "阿里云盘"),
    ("腾讯微云*", "腾讯微云"),
    ("微云同步*", "腾讯微云"),
    ("google drive*", "Google Drive"),
    ("iclouddrive", "iCloud"),
    ("icloud drive", "iCloud"),
    ("seafile*", "Seafile"),
    ("nextcloud*", "Nextcloud"),
    ("owncloud*", "ownCloud"),
];

/// What such programs leave at the top of a folder whatever its name.
const MARKS: &[(&str, &str)] = &[
    (".dropbox", "Dropbox"),
    (".dropbox.cache", "Dropbox"),
    (".stfolder", "Syncthing"),
    (".nextcloudsync.log", "Nextcloud"),
    (".owncloudsync.log", "ownCloud"),
];

/// Variables in which OneDrive says where its folders lie.
const ONEDRIVE: [&str; 3] = ["OneDrive", "OneDriveConsumer", "OneDriveCommercial"];

/// Variables with the folders of installed programs.
const INSTALLED: [&str; 3] = ["ProgramFiles", "ProgramFiles(x86)", "ProgramW6432"];

fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from)
}

/// The folder of the running program.
fn program() -> Option<PathBuf> {
    std::env::current_exe().ok()?.parent().map(PathBuf::from)
}

/// The data folder when the person names none: beside a portable program, else in the profile of this
/// computer's user. `None` when the system names no profile.
pub fn usual() -> Option<PathBuf> {
    program().as_deref().and_then(beside).or_else(|| {
        if cfg!(windows) {
            return variable("LOCALAPPDATA").or_else(|| variable("USERPROFILE")).map(|p| p.join("众创台账"));
        }
        if cfg!(target_os = "macos") {
            return variable("HOME").map(|p| p.join("Library/Application Support/众创台账"));
        }
        let share = variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|p| p.join(".local/share")));
        share.map(|p| p.join("众创台账"))
    })
}

/// The data folder of a portable program.
fn beside(program: &Path) -> Option<PathBuf> {
    program.join(PORTABLE).is_file().then(|| program.join(BESIDE))
}

/// What the person should know about where a data folder lies, in Chinese; empty when it lies well. Nothing is
/// refused: a warning says what can go wrong and what to do.
pub fn warnings(folder: &Path) -> Vec<String> {
    let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    // A mapped drive shows its server, a link its target; what is not there yet has neither.
    let real = std::fs::canonicalize(&folder).unwrap_or_else(|_| folder.clone());
    let mut found = Vec::new();
    for path in [&folder, &real] {
        for say in warnings_of(path, program().as_deref(), &variable, &|file| file.exists()) {
            if !found.contains(&say) {
                found.push(say);
            }
        }
    }
    found
}

/// [`warnings`] with what it looks at: the program's folder, the environment, which files there are.
fn warnings_of(
    folder: &Path,
    program: Option<&Path>,
    variable: &dyn Fn(&str) -> Option<PathBuf>,
    there: &dyn Fn(&Path) -> bool,
) -> Vec<String> {
    let mut say = Vec::new();
    if let Some(by) = synchronised(folder, variable, there) {
        say.push(format!(
            "数据文件夹在{by}的同步范围内。同步软件会在保存的同时复制或替换文件，两台电脑的内容可能互相覆盖；\
             请把台账放到不同步的文件夹，需要在别处保留一份时用“备份”"
        ));
    }
    let installed = || INSTALLED.iter().filter_map(|name| variable(name)).any(|root| is_within(folder, &root));
    let portable = program.and_then(beside);
    let in_program = program.is_some_and(|program| is_within(folder, program))
        && !portable.is_some_and(|own| is_within(folder, &own));
    if in_program || installed() {
        say.push(
            "数据文件夹在程序的安装文件夹内，卸载、重装或整理程序时容易连同台账一起删掉；请把台账放到用户文件夹或其他磁盘"
                .to_owned(),
        );
    }
    let temporary = || ["TEMP", "TMP"].iter().filter_map(|name| variable(name)).any(|root| is_within(folder, &root));
    if cfg!(windows) && temporary() {
        say.push(
            "数据文件夹在系统的临时文件夹内，随时可能被清理。如果程序是在压缩包里直接打开的，请先把压缩包全部解压到一个文件夹，再从那里打开"
                .to_owned(),
        );
    }
    if on_share(folder) {
        say.push(
            "数据文件夹在网络共享上。网络中断时正在进行的保存会失败，断电保护也取决于对方的电脑；\
             请把台账放到本机磁盘，用“备份”把副本存到共享文件夹"
                .to_owned(),
        );
    }
    say
}

/// Who synchronises a folder.
fn synchronised(
    folder: &Path,
    variable: &dyn Fn(&str) -> Option<PathBuf>,
    there: &dyn Fn(&Path) -> bool,
) -> Option<&'static str> {
    if ONEDRIVE.iter().filter_map(|name| variable(name)).any(|root| is_within(folder, &root)) {
        return Some("OneDrive");
    }
    let named = folder.components().find_map(|part| {
        let Component::Normal(name) = part else { return None };
        let name = folded(name);
        SYNCHRONISED.iter().find_map(|(wanted, by)| {
            let goes_on = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric());
            let fits = match wanted.strip_suffix('*') {
                Some(words) => name.strip_prefix(words).is_some_and(|rest| !goes_on(rest)),
                None => name == *wanted,
            };
            fits.then_some(*by)
        })
    });
    named.or_else(|| {
        let marked = |at: &Path| MARKS.iter().find(|(mark, _)| there(&at.join(mark))).map(|(_, by)| *by);
        folder.ancestors().find_map(marked)
    })
}

/// A name as Windows compares it: without case.
fn folded(name: &OsStr) -> String {
    name.to_string_lossy().to_lowercase()
}

/// Whether a folder is another one or lies in it, whatever the case of the names.
fn is_within(folder: &Path, root: &Path) -> bool {
    // A canonical path says \\?\C:\ where the environment says C:\.
    let parts = |path: &Path| -> Vec<String> {
        let text = folded(path.as_os_str());
        let text = text.strip_prefix(r"\\?\").unwrap_or(&text);
        let split = |c: char| c == '/' || (cfg!(windows) && c == '\\');
        text.split(split).filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (folder, root) = (parts(folder), parts(root));
    !root.is_empty() && folder.starts_with(&root)
}

/// Whether a path leads to another computer: `\\server\share\…`.
fn on_share(folder: &Path) -> bool {
    let text = folder.as_os_str().to_string_lossy().replace('/', r"\").to_lowercase();
    cfg!(windows)
        && (text.starts_with(r"\\?\unc\")
            || (text.starts_with(r"\\") && !text.starts_with(r"\\?\") && !text.starts_with(r"\\.\")))
}

/// Why Windows would refuse a path, or would quietly take it for another one: a device (`NUL`), a second
/// stream of a file (`a:b`), a name whose trailing dots and spaces fall away, a drive without a folder (`D:a`).
/// `None` for a path that means what it says. Looks at the text alone, so it answers alike on every system.
pub fn unfit_on_windows(path: &str) -> Option<String> {
    const SIGNS: &str = "<>:\"|?*";
    if path.starts_with(r"\\.\") || path.starts_with("//./") {
        return Some(format!("“{path}”是 Windows 的设备，不是文件"));
    }
    let rest = path.strip_prefix(r"\\?\").unwrap_or(path);
    let rest = match rest.split_once(':') {
        Some((drive, rest)) if drive.len() == 1 && drive.bytes().all(|b| b.is_ascii_alphabetic()) => {
            if !rest.starts_with(['\\', '/']) {
                return Some(format!("“{path}”没有写明盘符后面的文件夹，请写成 {drive}:\\文件夹\\文件名 的样子"));
            }
            rest
        }
        _ => rest,
    };
    for name in rest.split(['\\', '/']).filter(|name| !["", ".", ".."].contains(name)) {
        if let Some(sign) = name.chars().find(|c| c.is_control() || SIGNS.contains(*c)) {
            let sign = if sign.is_control() { "控制字符".to_owned() } else { format!("“{sign}”") };
            return Some(format!("Windows 的文件名不能含有{sign}：“{name}”，请换一个名称"));
        }
        if name.ends_with(['.', ' ']) {
            return Some(format!("Windows 会去掉文件名末尾的点和空格：“{name}”，请换一个名称"));
        }
        if is_device(name) {
            return Some(format!("“{name}”是 Windows 保留的设备名，请换一个名称"));
        }
    }
    None
}

/// Whether Windows takes a name for a device, whatever its ending: `CON`, `nul.txt`, `COM1.tar.gz`.
fn is_device(name: &str) -> bool {
    const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];
    let head = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    let numbered = |port: &str| {
        let mut rest = head.strip_prefix(port).unwrap_or_default().chars();
        rest.next().is_some_and(|n| "0123456789¹²³".contains(n)) && rest.next().is_none()
    };
    DEVICES.contains(&&*head) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(folder: &str, program: &str, variables: &[(&str, &str)], files: &[&str]) -> String {
        let variable = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, v)| PathBuf::from(v));
        let there = |file: &Path| files.iter().any(|f| Path::new(f) == file);
        warnings_of(Path::new(folder), Some(Path::new(program)), &variable, &there).join("\n")
    }

    #[test]
    fn a_folder_that_lies_well_is_left_in_peace() {
        for folder in ["/home/王/.local/share/众创台账", "/data/onedriver-notes/台账", "/备份盘/坚果/台账"]
        {
            let said =
                about(folder, "/opt/taizhang", &[("OneDrive", "/home/王/OneDrive"), ("ProgramFiles", "/opt")], &[]);
            assert_eq!(said, "", "{folder}");
        }
        assert_eq!(about("/opt/taizhang-data", "/opt/taizhang", &[], &[]), "", "a longer name is another folder");
        assert_eq!(about("/data", "/opt/taizhang", &[("OneDrive", "")], &[]), "", "an empty variable names no folder");
    }

    #[test]
    fn a_synchronised_folder_is_noticed() {
        for (folder, by) in [
            ("/c/Users/li/OneDrive/台账", "OneDrive"),
            ("/c/Users/li/OneDrive - 某学院/文档/台账", "OneDrive"),
            ("/c/Users/li/WPSDrive/123/WPS云盘/台账", "WPS云盘"),
            ("/d/WPS云盘/台账", "WPS云盘"),
            ("/d/我的坚果云/台账", "坚果云"),
            ("/d/Nutstore Files/台账", "坚果云"),
            ("/d/NUTSTORE/1/台账", "坚果云"),
            ("/d/Dropbox/台账", "Dropbox"),
            ("/d/BaiduSyncdisk/台账", "百度网盘同步空间"),
            ("/d/iCloudDrive/台账", "iCloud"),
        ] {
            assert!(about(folder, "/p", &[], &[]).contains(&format!("在{by}的同步范围内")), "{folder}");
        }
        let moved = about("/d/工作/Desktop/台账", "/p", &[("OneDriveCommercial", "/D/工作")], &[]);
        assert!(moved.contains("OneDrive"), "whatever its name, OneDrive says where it is: {moved}");
        let marked = about("/d/资料/2021/台账", "/p", &[], &["/d/资料/.stfolder"]);
        assert!(marked.contains("Syncthing"), "whatever its name, the mark is at its top: {marked}");
    }

    #[test]
    fn the_install_folder_is_noticed_but_not_the_portable_one() {
        assert!(about("/opt/taizhang/台账", "/opt/taizhang", &[], &[]).contains("安装文件夹"));
        assert!(about("/opt/taizhang", "/opt/Taizhang", &[], &[]).contains("安装文件夹"), "whatever the case");
        assert!(about("/pf/别的/台账", "/p", &[("ProgramFiles", "/pf")], &[]).contains("安装文件夹"));
        let program = std::env::temp_dir().join(format!("taizhang-portable-{}", std::process::id()));
        std::fs::create_dir_all(&program).expect("a folder");
        assert_eq!(beside(&program), None, "without the mark the data lies in the profile");
        std::fs::write(program.join(PORTABLE), "").expect("the mark");
        let own = beside(&program).expect("portable");
        assert_eq!(own, program.join("台账"));
        let text = |path: &Path| path.to_string_lossy().into_owned();
        assert_eq!(about(&text(&own), &text(&program), &[], &[]), "", "that is where it belongs");
        assert!(about(&text(&program.join("别处")), &text(&program), &[], &[]).contains("安装文件夹"));
        std::fs::remove_dir_all(&program).expect("cleared");
    }

    #[test]
    fn what_windows_would_take_for_something_else_is_named() {
        for (path, word) in [
            ("CON", "设备名"),
            (r"D:\导出\nul.xlsx", "设备名"),
            ("导出/Com1.tar.gz", "设备名"),
            ("lpt³.txt", "设备名"),
            ("aux ", "末尾"),
            ("季报.xlsx.", "末尾"),
            (r"D:\导出 \季报.xlsx", "末尾"),
            ("季报.xlsx:流", "不能含有“:”"),
            (r"D:\a?b.xlsx", "不能含有“?”"),
            ("换\n行.xlsx", "控制字符"),
            ("D:季报.xlsx", "没有写明盘符后面的文件夹"),
            (r"\\.\PhysicalDrive0", "设备"),
        ] {
            let said = unfit_on_windows(path);
            assert!(said.as_deref().is_some_and(|s| s.contains(word)), "{path}: {said:?}");
        }
        for path in [
            r"D:\导出\季报 2021年09月.xlsx",
            "D:/导出/季报.xlsx",
            r"\\服务器\共享\季报.xlsx",
            r"\\?\D:\导出\季报.xlsx",
            r"..\..\季报.xlsx",
            "/home/li/季报.xlsx",
            "console.xlsx",
            "com10.xlsx",
            "COM.xlsx",
            ".季报.xlsx",
        ] {
            assert_eq!(unfit_on_windows(path), None, "{path} means what it says");
        }
    }
}
