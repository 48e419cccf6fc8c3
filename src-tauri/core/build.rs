//! Puts every form and programme file under assets into the program, so that a new one is a new file; gives
//! the command line on Windows its icon, version and manifest.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let assets = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("../../assets");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    for folder in ["forms", "programmes"] {
        fs::write(out.join(format!("{folder}.rs")), list(&assets.join(folder))?)?;
    }
    resource(&out)
}

/// What Windows shows of the command line program, and what it is told about it.
fn resource(out: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let here = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let manifest = here.join("../windows/app.manifest");
    let icon = here.join("../../assets/icons/icon.ico");
    for file in [&manifest, &icon] {
        println!("cargo::rerun-if-changed={}", file.display());
    }
    let version = env::var("CARGO_PKG_VERSION")?;
    let number = version.split(['.', '-']).take(3).collect::<Vec<_>>().join(",");
    // Language 0804 is Chinese, code page 04B0 Unicode.
    let rc = format!(
        r#"#pragma code_page(65001)
1 VERSIONINFO
FILEVERSION {number},0
PRODUCTVERSION {number},0
FILEOS 0x40004
FILETYPE 1
{{
  BLOCK "StringFileInfo" {{
    BLOCK "080404b0" {{
      VALUE "CompanyName", "众创台账"
      VALUE "FileDescription", "众创台账命令行"
      VALUE "FileVersion", "{version}"
      VALUE "InternalName", "taizhang-cli"
      VALUE "LegalCopyright", "MIT"
      VALUE "OriginalFilename", "taizhang-cli.exe"
      VALUE "ProductName", "众创台账"
      VALUE "ProductVersion", "{version}"
    }}
  }}
  BLOCK "VarFileInfo" {{ VALUE "Translation", 0x804, 1200 }}
}}
32512 ICON {:?}
1 24 {:?}
"#,
        icon.canonicalize()?.display().to_string().trim_start_matches(r"\\?\"),
        manifest.canonicalize()?.display().to_string().trim_start_matches(r"\\?\"),
    );
    let file = out.join("taizhang-cli.rc");
    fs::write(&file, rc)?;
    // Does nothing where the target is not Windows.
    embed_resource::compile_for(file, ["taizhang-cli"], embed_resource::NONE).manifest_required()?;
    Ok(())
}

/// A Rust expression: file name and text of every TOML file of a folder.
fn list(folder: &Path) -> Result<String, Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = fs::read_dir(folder)?.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|p| p.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let mut list = String::from("&[\n");
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        writeln!(list, "    ({name:?}, include_str!({:?})),", file.canonicalize()?)?;
    }
    list.push(']');
    Ok(list)
}
