//! Files that were made to hurt, and files that are something else, through the real program: what they
//! cost in memory, what is said of them, and that the program goes on.

use std::fmt::Write as _;
use std::io::{Cursor, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use incubator::desk::Desk;
use incubator::progress::Progress;
use incubator::roster::{Choices, Reader};
use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::cli::program;
use crate::roster::{biff, compound, drawn, replaced, with_part, zipped};

const XLS: &[u8] = include_bytes!("data/roster/names.xls");
const ODS: &[u8] = include_bytes!("data/roster/names.ods");
const SMALL: &str = "团队名称 | 入驻日期
    甲 | 2021-03-01";

/// Memory that a file may cost beyond what a small sound one does: the program and its reader together.
const MOST: u64 = 128 << 10;

/// What a file is, and what is to become of it.
struct Case {
    file: &'static str,
    bytes: Vec<u8>,
    /// Part of the refusal; of the plan's first line where it begins with 创业团队.
    say: &'static str,
}

fn case(file: &'static str, say: &'static str, bytes: Vec<u8>) -> Case {
    Case { file, bytes, say }
}

/// A workbook whose only sheet holds this XML between `<sheetData>` and its end, of any length.
fn with_rows(write: impl Fn(&mut dyn Write)) -> Vec<u8> {
    let small = drawn(SMALL);
    let mut archive = zip::ZipArchive::new(Cursor::new(small.as_slice())).expect("an archive");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = String::new();
        part.read_to_string(&mut content).expect("its content");
        zip.start_file(name.as_str(), options).expect("a part");
        match content.split_once("</sheetData>") {
            Some((before, after)) => {
                zip.write_all(before.as_bytes()).expect("written");
                write(&mut zip);
                zip.write_all(b"</sheetData>").expect("written");
                zip.write_all(after.as_bytes()).expect("written");
            }
            None => zip.write_all(content.as_bytes()).expect("written"),
        }
    }
    zip.finish().expect("an archive").into_inner()
}

/// Writes a piece many times.
fn repeat(to: &mut dyn Write, piece: &[u8], times: usize) {
    let many = piece.repeat((1 << 20) / piece.len() + 1);
    let mut left = piece.len() * times;
    while left > 0 {
        let now = left.min(many.len());
        to.write_all(&many[..now]).expect("written");
        left -= now;
    }
}

/// An archive part of this many equal bytes, without ever holding them.
fn with_long_part(name: &str, head: &str, piece: &[u8], times: usize, tail: &str) -> Vec<u8> {
    let small = drawn(SMALL);
    let mut archive = zip::ZipArchive::new(Cursor::new(small.as_slice())).expect("an archive");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for at in 0..archive.len() {
        let part = archive.by_index_raw(at).expect("a part");
        if part.name().expect("a name") != name {
            zip.raw_copy_file(part).expect("copied");
        }
    }
    zip.start_file(name, options).expect("a part");
    zip.write_all(head.as_bytes()).expect("written");
    repeat(&mut zip, piece, times);
    zip.write_all(tail.as_bytes()).expect("written");
    zip.finish().expect("an archive").into_inner()
}

/// Every central directory entry of an archive changed.
fn with_directory(bytes: &[u8], change: impl Fn(usize, &mut [u8])) -> Vec<u8> {
    let mut out = bytes.to_vec();
    let mut nth = 0;
    let mut at = 0;
    while at + 46 < out.len() {
        if out[at..].starts_with(b"PK\x01\x02") {
            change(nth, &mut out[at..]);
            nth += 1;
        }
        at += 1;
    }
    assert!(nth > 3, "the directory was found");
    out
}

/// A workbook of this many cells in all.
fn million_cells(rows: usize, columns: usize) -> Vec<u8> {
    with_rows(|to| {
        let line = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(columns));
        repeat(to, line.as_bytes(), rows);
    })
}

/// The archive's parts packed once more, as the only part of another.
fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(drawn(SMALL), |inner, _| zipped(&[("名册.xlsx", &inner)]))
}

fn circle(at: usize) -> Vec<u8> {
    let mut bytes = XLS.to_vec();
    let fat = 512 * (1 + u32::from_le_bytes(bytes[76..80].try_into().expect("four bytes")) as usize);
    let first = u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    bytes[fat + 4 * first as usize..][..4].copy_from_slice(&first.to_le_bytes());
    bytes
}

fn patched(bytes: &[u8], at: usize, with: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    out[at..at + with.len()].copy_from_slice(with);
    out
}

fn cases() -> Vec<Case> {
    let strings = "xl/sharedStrings.xml";
    let sst = "<sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"2\" uniqueCount=\"2\">";
    let sheet = |from: &str, to: &str| with_part(&drawn(SMALL), "xl/worksheets/sheet1.xml", |p| replaced(p, from, to));
    let many = |n: usize, name: &dyn Fn(usize) -> String| {
        let names: Vec<String> = (0..n).map(name).collect();
        let mut parts: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b"<a/>"[..])).collect();
        parts.push(("xl/workbook.xml", b"<workbook/>"));
        zipped(&parts)
    };
    let lol = {
        let mut text = "<?xml version=\"1.0\"?><!DOCTYPE lolz [<!ENTITY lol \"lol\">".to_owned();
        for n in 1..10 {
            let inner = format!("&lol{};", if n == 1 { String::new() } else { (n - 1).to_string() });
            write!(text, "<!ENTITY lol{n} \"{}\">", inner.repeat(10)).expect("written");
        }
        text + "]>" + sst + "<si><t>&lol9;</t></si></sst>"
    };
    let xxe = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{sst}<si><t>&x;</t></si></sst>"
    );
    let external = {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (c, (head, cell)) in [("团队名称", "甲"), ("入驻日期", "2021-03-01"), ("备注", "")].into_iter().enumerate()
        {
            let c = u16::try_from(c).expect("small");
            sheet.write_string(0, c, head).expect("a cell");
            sheet.write_string(1, c, cell).expect("a cell");
        }
        let formula = rust_xlsxwriter::Formula::new("='C:\\[别的.xlsx]表'!A1").set_result("旧值");
        sheet.write_formula(1, 2, formula).expect("a formula");
        let link = r#"<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>"#;
        with_part(&book.save_to_buffer().expect("a workbook"), "xl/externalLinks/externalLink1.xml", |_| link.into())
    };
    let corner = {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (r, row) in [["团队名称", "入驻日期"], ["甲", "2021-03-01"]].iter().enumerate() {
            sheet.write_row(u32::try_from(r).expect("small"), 0, *row).expect("a row");
        }
        sheet.write_string(1_048_575, 16_383, "x").expect("the corner");
        book.save_to_buffer().expect("a workbook")
    };
    // Of a text file and a workbook with a password only the container differs.
    let encrypted = compound("EncryptedPackage", &[7; 9_000]);
    let password = {
        let mut stream = biff(3, 3);
        // FILEPASS, right after the first record.
        let record = [&[0x2f, 0, 6, 0][..], &[1, 0, 1, 0, 1, 0]].concat();
        stream.splice(12..12, record);
        compound("Workbook", &stream)
    };
    let truncated = |bytes: &[u8], part: usize| bytes[..bytes.len() * part / 8].to_vec();
    let html =
        "<html xmlns:x=\"urn:schemas-microsoft-com:office:excel\"><table><tr><td>团队名称</td></tr></table></html>";
    let xml2003 = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\"></Workbook>";
    let wide_claim = with_part(&drawn(SMALL), strings, |p| {
        let text = String::from_utf8(p.to_vec()).expect("text");
        let (before, after) = text.split_once("uniqueCount=\"").expect("a claim");
        let (_, after) = after.split_once('"').expect("its end");
        format!("{before}uniqueCount=\"4000000000\"{after}").into_bytes()
    });
    let lying =
        |size: u32| with_directory(&drawn(SMALL), move |_, entry| entry[24..28].copy_from_slice(&size.to_le_bytes()));
    let overlapping = {
        // Every entry leads to the first one's bytes.
        let bomb = with_long_part("[Content_Types].xml", "<a>", b"<b/>", 20 << 20, "</a>");
        let first = bomb.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
        let largest = bomb[first..]
            .windows(46)
            .filter(|w| w.starts_with(b"PK\x01\x02"))
            .max_by_key(|w| u32::from_le_bytes(w[24..28].try_into().expect("four bytes")));
        let copied: Vec<u8> = largest.expect("an entry")[10..46].to_vec();
        with_directory(&bomb, move |_, entry| {
            entry[10..28].copy_from_slice(&copied[..18]);
            entry[42..46].copy_from_slice(&copied[32..36]);
        })
    };
    vec![
        case("角落.xlsx", "创业团队：将新增 1，", corner),
        case(
            "空格.xlsx",
            "展开后大得不合常理",
            with_long_part(strings, &format!("{sst}<si><t>"), b" ", 1 << 30, "</t></si></sst>"),
        ),
        case(
            "一格空格.xlsx",
            "展开后大得不合常理",
            with_long_part(strings, &format!("{sst}<si><t>"), b" ", 60 << 20, "</t></si></sst>"),
        ),
        case("两千万格.xlsx", "内容过多", million_cells(200_000, 100)),
        case("三百万格.xlsx", "内容过多", million_cells(40_000, 100)),
        case("空行.xlsx", "创业团队：将新增 1，", with_rows(|to| repeat(to, b"<row><c/></row>", 400_000))),
        case(
            "行数虚报.xlsx",
            "创业团队：将新增 1，",
            sheet("<dimension ref=\"A1:B2\"", "<dimension ref=\"A1:XFD1048576\""),
        ),
        case("串数虚报.xlsx", "创业团队：将新增 1，", wide_claim),
        case(
            "样式.xlsx",
            "展开后大得不合常理",
            with_long_part("xl/styles.xml", "<styleSheet><cellXfs>", b"<xf/>", 3_000_000, "</cellXfs></styleSheet>"),
        ),
        case("合并.xlsx", "", {
            let merged = format!(
                "</sheetData><mergeCells>{}</mergeCells>",
                "<mergeCell ref=\"A1:XFD1048576\"/>".repeat(300_000)
            );
            sheet("</sheetData>", &merged)
        }),
        case("深.xlsx", "", with_rows(|to| repeat(to, b"<row>", 1_000_000))),
        case(
            "属性.xlsx",
            "展开后大得不合常理",
            with_rows(|to| {
                to.write_all(b"<row r=\"").expect("written");
                repeat(to, b"9", 40 << 20);
                to.write_all(b"\"></row>").expect("written");
            }),
        ),
        case("大小虚报.xlsx", "", lying(0)),
        case("大小夸大.xlsx", "", lying(0xffff_fff0)),
        case("十万个.xlsx", "展开后大得不合常理", many(100_000, &|i| format!("xl/{i}"))),
        case("五千个.xlsx", "展开后大得不合常理", many(5_000, &|i| format!("xl/{i}.xml"))),
        case("套娃.xlsx", "这是压缩包", nested(1)),
        case("套娃.zip", "这是压缩包", nested(40)),
        case("重叠.xlsx", "", overlapping),
        case("外链.xlsx", "创业团队：将新增 1，", external),
        case("实体.xlsx", "实体声明", with_part(&drawn(SMALL), strings, |_| lol.clone().into_bytes())),
        case("外部实体.xlsx", "实体声明", with_part(&drawn(SMALL), strings, |_| xxe.clone().into_bytes())),
        case("加密.xlsx", "设了打开密码", encrypted),
        case("密码.xls", "设了打开密码", password),
        case("断一.xlsx", "文件不完整", truncated(&drawn(SMALL), 1)),
        case("断三.xlsx", "文件不完整", truncated(&drawn(SMALL), 3)),
        case("断七.xlsx", "文件不完整", truncated(&drawn(SMALL), 7)),
        case("断一.xls", "不完整", truncated(XLS, 1)),
        case("断四.xls", "不完整", truncated(XLS, 4)),
        case("断六.ods", "文件不完整", truncated(ODS, 6)),
        case(
            "文档.xlsx",
            "这是 Word 文档",
            zipped(&[("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")]),
        ),
        case(
            "演示.xlsx",
            "这是演示文稿",
            zipped(&[("[Content_Types].xml", b"<Types/>"), ("ppt/presentation.xml", b"<p/>")]),
        ),
        case("旧文档.xls", "这是 Word 文档", compound("WordDocument", &[0; 5_000])),
        case("扫描.xlsx", "这是PDF 文件", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3".to_vec()),
        case("照片.xls", "这是图片", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
        case("程序.xlsx", "这是程序", [&b"MZ\x90\0\x03\0\0\0"[..], &[0; 600]].concat()),
        case("程序.xls", "这是程序", [&b"\x7fELF\x02\x01\x01\0"[..], &[0; 600]].concat()),
        case("网页.xls", "这是网页", html.into()),
        case("版式.xlsx", "这是 OFD 版式文件", zipped(&[("OFD.xml", b"<o/>"), ("Doc_0/Document.xml", b"<d/>")])),
        case("苹果.xlsx", "这是 Numbers 表格", zipped(&[("Index/Document.iwa", b"x")])),
        case("旧表.xls", "XML 表格 2003", xml2003.into()),
        case("压缩.xlsx", "这是压缩包", b"Rar!\x1a\x07\x01\0".to_vec()),
        case("空.xlsx", "文件是空的", Vec::new()),
        case("零.xlsx", "不是表格文件", vec![0; 100_000]),
        case("过大.csv", "文件超过 32 MB", vec![b'a'; 33 << 20]),
        case("目录成环.xls", "不完整", circle(48)),
        case("扇区表成环.xls", "不完整", {
            // One more sector of the table of tables, which leads back to itself.
            let own = u32::try_from(XLS.len() / 512 - 1).expect("small").to_le_bytes();
            let mut bytes = patched(XLS, 68, &[&own[..], &[1, 0, 0, 0]].concat());
            bytes.extend([[0xff; 508].as_slice(), &own].concat());
            bytes
        }),
        case("扇区表虚报.xls", "", patched(XLS, 44, &[0xff, 0xff, 0xff, 0x7f])),
        case("行列虚报.xls", "大得不合常理", compound("Workbook", &biff(u32::MAX, 256))),
        case("没有结尾.ods", "文件不完整", with_part(ODS, "content.xml", |p| replaced(p, "</table:table-cell>", ""))),
        case(
            "重复.ods",
            "大得不合常理",
            with_part(ODS, "content.xml", |p| {
                replaced(p, "<table:table-row ", "<table:table-row table:number-rows-repeated=\"1048576\" ")
            }),
        ),
    ]
}

/// Highest use of memory so far of a process and of its children, in KiB.
fn peaks(process: u32) -> (u64, u64) {
    let highest = |process: &str| -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
        let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0)
    };
    let mut below = 0;
    for task in std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten() {
        let children = std::fs::read_to_string(task.path().join("children")).unwrap_or_default();
        below = children.split_whitespace().map(highest).max().unwrap_or(0).max(below);
    }
    (highest(&process.to_string()), below)
}

/// What the program made of a file: its words, the memory of both processes in KiB, the time.
fn taken(folder: &Path, file: &Path) -> (String, u64, Duration) {
    let began = Instant::now();
    let mut child = Command::new(program())
        .args(["--today", "2026-01-01", "--data"])
        .arg(folder)
        .args(["import", "team"])
        .arg(file)
        .arg("--plan")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let (mut own, mut below) = (0, 0);
    while child.try_wait().expect("a child").is_none() {
        let (a, b) = peaks(child.id());
        (own, below) = (own.max(a), below.max(b));
        std::thread::sleep(Duration::from_millis(1));
    }
    let took = began.elapsed();
    let out = child.wait_with_output().expect("its words");
    let said = String::from_utf8_lossy(&out.stderr).into_owned() + &String::from_utf8_lossy(&out.stdout);
    (said, own + below, took)
}

#[test]
fn no_file_costs_more_than_its_import() {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile");
    let _ = std::fs::remove_dir_all(&scratch);
    std::fs::create_dir_all(&scratch).expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        let path = scratch.join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let sound = write("好.xlsx", &drawn(SMALL));
    let data = scratch.join("台账");
    taken(&data, &sound);
    let idle = taken(&data, &sound).1;
    let mut wrong = String::new();
    let mut desk = Desk::open(&scratch.join("另一台账"), "测试", NaiveDate::MIN).expect("a store");
    desk.read_with(Reader::of(program().to_owned()));
    for Case { file, bytes, say } in cases() {
        let (said, peak, took) = taken(&data, &write(file, &bytes));
        let cost = peak.saturating_sub(idle);
        println!("{file}\t{} KiB\t+{} MiB\t{} ms\t{}", bytes.len() >> 10, cost >> 10, took.as_millis(), said.trim());
        let words = said.contains(say)
            && (say.starts_with("创业团队") || said.contains(&format!("“{file}”：")) || say.is_empty());
        let helps = said.contains('请') || said.starts_with("创业团队");
        if !words || !helps || said.contains("panicked") {
            writeln!(wrong, "{file} should be “{say}”: {said}").expect("written");
        }
        if cost > MOST {
            writeln!(wrong, "{file} costs {} MiB", cost >> 10).expect("written");
        }
        // One desk meets them all and goes on.
        let met = desk.plan("team", file, &bytes, &Choices::default(), Progress::SILENT);
        if met.is_ok() != said.starts_with("创业团队") {
            writeln!(wrong, "{file}: the desk says otherwise: {met:?}").expect("written");
        }
    }
    assert_eq!(wrong, "");
    let plan = desk.plan("team", "好.xlsx", &drawn(SMALL), &Choices::default(), Progress::SILENT).expect("a plan");
    assert_eq!(desk.import(&plan, Progress::SILENT).expect("imported").new, 1, "the program goes on");
}
