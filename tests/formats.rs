//! The same roster in every format that people send it in: each gives the same rows.

use std::io::{Cursor, Read};

use incubator::ledger::Ledger;
use incubator::record::shape;
use incubator::roster::read;
use rust_xlsxwriter::{Format, Workbook};

use crate::roster::{replaced, shown, with_part, zipped};

/// Two teams: text, a date, a phone that is text.
fn xlsx() -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name("名册").expect("a name");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (c, heading) in ["团队名称", "负责人", "电话", "入驻日期"].into_iter().enumerate() {
        sheet.write_string(0, u16::try_from(c).expect("small"), heading).expect("a cell");
    }
    for (r, (name, leader, phone, date)) in
        (1..).zip([("甲队", "张三", "13800138000", 44_256.0), ("乙队", "李四", "0737-4110938", 44_287.0)])
    {
        sheet.write_string(r, 0, name).expect("a cell");
        sheet.write_string(r, 1, leader).expect("a cell");
        sheet.write_string(r, 2, phone).expect("a cell");
        sheet.write_number_with_format(r, 3, date, &day).expect("a cell");
    }
    book.save_to_buffer().expect("a workbook")
}

const ROWS: &str = "2 name=甲队 leader_name=张三 leader_phone=13800138000 moved_in_on=2021-03-01\n\
                    3 name=乙队 leader_name=李四 leader_phone=0737-4110938 moved_in_on=2021-04-01\n";

#[track_caller]
fn check(file: &str, bytes: &[u8]) {
    let got = match read(bytes, file, shape("team").expect("teams"), &Ledger::default()) {
        Ok(plan) => shown(&plan),
        Err(error) => error.to_string(),
    };
    assert_eq!(got, ROWS, "{file}");
}

/// Every XML part of an archive rewritten.
fn rewritten(bytes: &[u8], change: impl Fn(&str, String) -> String) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).expect("a part");
        let name = part.name().expect("a name").into_owned();
        let mut content = String::new();
        part.read_to_string(&mut content).expect("text");
        let content = change(&name, content);
        parts.push((name, content));
    }
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(n, c)| (n.as_str(), c.as_bytes())).collect();
    zipped(&parts)
}

/// The namespaces of ISO 29500 Strict in place of the transitional ones, and days as they are written there.
pub fn strict() -> Vec<u8> {
    rewritten(&xlsx(), |name, text| {
        let text = text
            .replace(
                "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                "http://purl.oclc.org/ooxml/spreadsheetml/main",
            )
            .replace(
                "http://schemas.openxmlformats.org/officeDocument/2006/",
                "http://purl.oclc.org/ooxml/officeDocument/",
            );
        match name {
            "xl/worksheets/sheet1.xml" => {
                let at = text.find("<v>44256</v>").expect("the first day");
                let start = text[..at].rfind("<c ").expect("its cell");
                let cell = text[start..at].replace('>', " t=\"d\">");
                format!("{}{cell}<v>2021-03-01</v>{}", &text[..start], &text[at + "<v>44256</v>".len()..])
            }
            "xl/workbook.xml" => text.replacen("<workbook ", "<workbook conformance=\"strict\" ", 1),
            _ => text,
        }
    })
}

/// A record of an .xlsb part.
fn record(out: &mut Vec<u8>, kind: u8, content: &[u8]) {
    out.extend(if kind < 0x80 { vec![kind] } else { vec![kind, 1] });
    let length = content.len();
    assert!(length < 0x80, "short records only");
    out.push(u8::try_from(length).expect("short"));
    out.extend_from_slice(content);
}

fn wide(text: &str) -> Vec<u8> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let length = u32::try_from(units.len()).expect("short").to_le_bytes();
    length.into_iter().chain(units.into_iter().flat_map(u16::to_le_bytes)).collect()
}

/// A binary workbook as Excel's own .xlsb: [MS-XLSB] 2.1.7.61 and 2.1.7.62, the records that carry cells.
pub fn xlsb() -> Vec<u8> {
    let rows = [
        ["团队名称", "负责人", "电话", "入驻日期"],
        ["甲队", "张三", "13800138000", "44256"],
        ["乙队", "李四", "0737-4110938", "44287"],
    ];
    binary(&rows, &[], &[])
}

/// A binary workbook of these cells, numbers in the last column; rows that are hidden, and rectangles of merged cells
/// as first and last row, first and last column, all counted from 0.
fn binary(rows: &[[&str; 4]], hidden: &[u32], merged: &[[u32; 4]]) -> Vec<u8> {
    let mut book = Vec::new();
    record(&mut book, 0x83, &[]);
    record(&mut book, 0x99, &[0; 8]);
    record(&mut book, 0x8f, &[]);
    let sheet = [&[0; 4][..], &1_u32.to_le_bytes(), &wide("rId1"), &wide("名册")].concat();
    record(&mut book, 0x9c, &sheet);
    record(&mut book, 0x90, &[]);
    record(&mut book, 0x84, &[]);
    let mut cells = Vec::new();
    record(&mut cells, 0x81, &[]);
    let corners: Vec<u8> = [0_u32, 2, 0, 3].iter().flat_map(|n| n.to_le_bytes()).collect();
    record(&mut cells, 0x94, &corners);
    record(&mut cells, 0x91, &[]);
    for (r, row) in (0_u32..).zip(rows) {
        // fDyZero of BrtRowHdr, [MS-XLSB] 2.4.761.
        let flags = if hidden.contains(&r) { 0x10 } else { 0 };
        record(&mut cells, 0x00, &[&r.to_le_bytes()[..], &[0; 7], &[flags], &[0; 5]].concat());
        for (c, text) in (0_u32..).zip(*row).filter(|(_, text)| !text.is_empty()) {
            let at = [c.to_le_bytes(), [0; 4]].concat();
            match text.parse::<f64>() {
                Ok(day) if c == 3 => record(&mut cells, 0x05, &[at, day.to_le_bytes().to_vec()].concat()),
                _ => record(&mut cells, 0x06, &[at, wide(text)].concat()),
            }
        }
    }
    record(&mut cells, 0x92, &[]);
    for corners in merged {
        // BrtMergeCell is 176: two bytes of type.
        record(&mut cells, 0xb0, &corners.iter().flat_map(|n| n.to_le_bytes()).collect::<Vec<u8>>());
    }
    record(&mut cells, 0x82, &[]);
    let types = r#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/><Override PartName="/xl/worksheets/sheet1.bin" ContentType="application/vnd.ms-excel.worksheet"/></Types>"#;
    let relations = |kind: &str, target: &str| {
        format!(
            r#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    zipped(&[
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", relations("officeDocument", "xl/workbook.bin").as_bytes()),
        ("xl/workbook.bin", &book),
        ("xl/_rels/workbook.bin.rels", relations("worksheet", "worksheets/sheet1.bin").as_bytes()),
        ("xl/worksheets/sheet1.bin", &cells),
    ])
}

#[test]
fn workbooks_of_today_and_with_macros() {
    check("名册.xlsx", &xlsx());
    let macros =
        with_part(&xlsx(), "xl/vbaProject.bin", |_| b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 Sub Auto_Open()".to_vec());
    let macros = with_part(&macros, "[Content_Types].xml", |p| {
        replaced(p, "spreadsheetml.sheet.main+xml", "spreadsheetml.sheet.macroEnabled.main+xml")
    });
    check("名册.xlsm", &macros);
}

#[test]
fn strict_workbooks() {
    check("名册.xlsx", &strict());
}

#[test]
fn binary_workbooks() {
    check("名册.xlsb", &xlsb());
}

#[test]
fn binary_workbooks_keep_merged_cells_and_hidden_rows() {
    let rows = [
        ["团队名称", "负责人", "电话", "入驻日期"],
        ["甲队", "张三", "13800138000", "44256"],
        ["乙队", "", "", ""],
        ["丙队", "李四", "", "44287"],
    ];
    let bytes = binary(&rows, &[3], &[[1, 2, 1, 1], [1, 2, 3, 3]]);
    let plan = read(&bytes, "名册.xlsb", shape("team").expect("teams"), &Ledger::default()).expect("a plan");
    assert_eq!(
        shown(&plan),
        "2 name=甲队 leader_name=张三 leader_phone=13800138000 moved_in_on=2021-03-01\n\
         3 name=乙队 leader_name=张三 moved_in_on=2021-03-01\n\
         4 name=丙队 leader_name=李四 moved_in_on=2021-04-01\n",
        "merged cells stand for all their rows"
    );
    let hidden: Vec<u32> = plan.rows.iter().filter(|r| !r.doubts.is_empty()).map(|r| r.row).collect();
    assert_eq!(hidden, [4], "the hidden row is named");
}

#[test]
fn workbooks_as_other_programs_write_them() {
    // A prefix for every element, as some servers write.
    let prefixed = rewritten(&xlsx(), |name, text| {
        if !name.starts_with("xl/worksheets/sheet") && !name.ends_with("sharedStrings.xml") {
            return text;
        }
        let mut out = String::new();
        for (n, piece) in text.split('<').enumerate() {
            match piece.chars().next() {
                _ if n == 0 => out.push_str(piece),
                Some('?') => out = format!("{out}<{piece}"),
                Some('/') => out = format!("{out}</x:{}", &piece[1..]),
                _ => out = format!("{out}<x:{piece}"),
            }
        }
        out.replace(
            "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml",
            "xmlns:x=\"http://schemas.openxmlformats.org/spreadsheetml",
        )
    });
    check("前缀.xlsx", &prefixed);
    // Text within the cell, no addresses, and the sheet named from the root: WPS and web exports.
    let plain = rewritten(&xlsx(), |name, text| match name {
        "xl/_rels/workbook.xml.rels" => text.replace("Target=\"worksheets/", "Target=\"/xl/worksheets/"),
        "docProps/app.xml" => text.replace("Microsoft Excel", "WPS 表格"),
        "xl/worksheets/sheet1.xml" => {
            let row = |cells: &[&str], day: &str| {
                let text: String =
                    cells.iter().map(|c| format!("<c t=\"inlineStr\"><is><t>{c}</t></is></c>")).collect();
                format!("<row>{text}{day}</row>")
            };
            let (before, rest) = text.split_once("<sheetData>").expect("rows");
            let (_, after) = rest.split_once("</sheetData>").expect("their end");
            let heading = row(&["团队名称", "负责人", "电话", "入驻日期"], "");
            let one = row(&["甲队", "张三", "13800138000"], "<c s=\"1\"><v>44256</v></c>");
            let two = row(&["乙队", "李四", "0737-4110938"], "<c s=\"1\"><v>44287</v></c>");
            format!("{before}<sheetData>{heading}{one}{two}</sheetData>{after}")
        }
        _ => text,
    });
    check("网页导出.xlsx", &plain);
}
