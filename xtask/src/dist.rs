//! `cargo xtask dist windows`: what people get, in `dist/`.

use std::fs;
use std::path::Path;

use crate::setup::{self, For};
use crate::shell::{Outcome, top};
use crate::windows::{self, Build, VERSION};

/// The largest that the program and the installer may be, in bytes: they travel on USB sticks and by chat.
const PROGRAM: u64 = 12_000_000;
const INSTALLER: u64 = 6_000_000;

/// Builds, packs, and says how large it all is.
pub fn windows() -> Outcome {
    setup::system(For::Dist)?;
    setup::screen()?;
    println!("编译 Windows 程序(首次需要十分钟左右)…");
    let programs = windows::programs(Build::Dist)?;
    let stage = setup::target().join("windows/stage");
    windows::lay_out(&programs, &stage)?;
    let dist = top().join("dist");
    fs::create_dir_all(&dist).map_err(|e| format!("无法建立 {}（{e}）", dist.display()))?;
    let zip = dist.join(format!("众创台账-{VERSION}-便携版.zip"));
    windows::portable(&stage, &zip)?;
    let mut sizes = vec![size("程序 taizhang.exe", &stage.join("taizhang.exe"), PROGRAM)];
    sizes.push(size("命令行 taizhang-cli.exe", &stage.join("taizhang-cli.exe"), PROGRAM));
    sizes.push(size("便携版", &zip, u64::MAX));
    // makensis warns of some names and knows Chinese ones only under some locales.
    let passing = setup::target().join("windows/taizhang-installer.exe");
    let packed = windows::installer(&stage, &passing, VERSION, Build::Dist).and_then(|()| {
        let exe = dist.join(format!("众创台账-{VERSION}-安装程序.exe"));
        fs::copy(&passing, &exe).map_err(|e| format!("无法写入 {}（{e}）", exe.display()))?;
        sizes.push(size("安装程序", &exe, INSTALLER));
        Ok(())
    });
    let mut faults: Vec<String> = sizes.into_iter().filter_map(Result::err).collect();
    faults.extend(packed.err());
    println!("已放在 {}", dist.display());
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// Prints how large a file is; an error when it is too large.
fn size(what: &str, file: &Path, most: u64) -> Outcome {
    let bytes = fs::metadata(file).map_err(|e| format!("无法读取 {}（{e}）", file.display()))?.len();
    let megabytes = |bytes: u64| format!("{}.{:02} MB", bytes / 1_000_000, bytes % 1_000_000 / 10_000);
    println!("{what:<24} {}", megabytes(bytes));
    if bytes <= most { Ok(()) } else { Err(format!("{what}超过了 {}", megabytes(most))) }
}
