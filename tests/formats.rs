//! The same roster in every format that people send it in: each gives the same rows.

use std::io::{Cursor, Read};

use incubator::ledger::Ledger;
use incubator::progress::Progress;
use incubator::record::shape;
use incubator::roster::{Reader, read};
use rust_xlsxwriter::{Format, Workbook};

use crate::cli::program;
use crate::roster::{compound, replaced, shown, with_part, zipped};

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
    binary(&rows, &[], &[], None)
}

/// A binary workbook of these cells, numbers in the last column; rows that are hidden, and rectangles of merged cells
/// as first and last row, first and last column, all counted from 0. `5:2` is a number in the second of the formats,
/// `#` a formula that fails.
fn binary(rows: &[[&str; 4]], hidden: &[u32], merged: &[[u32; 4]], formats: Option<&[&str]>) -> Vec<u8> {
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
            let (number, style) = text.split_once(':').unwrap_or((text, "0"));
            let style: u32 = style.parse().unwrap_or(0);
            let at = [c.to_le_bytes(), style.to_le_bytes()].concat();
            match number.parse::<f64>() {
                Ok(number) if c == 3 => record(&mut cells, 0x05, &[at, number.to_le_bytes().to_vec()].concat()),
                // BrtFmlaError.
                _ if text == "#" => record(&mut cells, 0x0b, &[at, vec![0x17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]].concat()),
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
    let (index, links) =
        (relations("officeDocument", "xl/workbook.bin"), relations("worksheet", "worksheets/sheet1.bin"));
    let styles = formats.map(styles);
    let mut parts = vec![
        ("[Content_Types].xml", types.as_bytes()),
        ("_rels/.rels", index.as_bytes()),
        ("xl/workbook.bin", book.as_slice()),
        ("xl/_rels/workbook.bin.rels", links.as_bytes()),
        ("xl/worksheets/sheet1.bin", &cells),
    ];
    parts.extend(styles.as_ref().map(|styles| ("xl/styles.bin", styles.as_slice())));
    zipped(&parts)
}

/// The styles of a binary workbook: the first shows numbers as they are, the others in these formats.
fn styles(formats: &[&str]) -> Vec<u8> {
    let count = |n: usize| u32::try_from(n).expect("few").to_le_bytes();
    let id = |n: usize| u16::try_from(164 + n).expect("few").to_le_bytes();
    let mut out = Vec::new();
    // BrtBeginStyleSheet, BrtBeginFmts and BrtFmt, BrtEndFmts; their types take two bytes.
    let two = |out: &mut Vec<u8>, kind: u16, content: &[u8]| {
        let [low, high] = (kind & 0x7f | (kind >> 7) << 8).to_le_bytes();
        out.extend([low | 0x80, high, u8::try_from(content.len()).expect("short")]);
        out.extend_from_slice(content);
    };
    two(&mut out, 278, &[]);
    two(&mut out, 615, &count(formats.len()));
    for (n, format) in formats.iter().enumerate() {
        record(&mut out, 44, &[&id(n)[..], &wide(format)].concat());
    }
    two(&mut out, 616, &[]);
    // BrtBeginCellStyleXFs: styles that no cell points to.
    two(&mut out, 626, &count(1));
    record(&mut out, 47, &[&[0xff, 0xff][..], &id(0), &[0; 12]].concat());
    two(&mut out, 627, &[]);
    two(&mut out, 617, &count(formats.len() + 1));
    record(&mut out, 47, &[0; 16]);
    for n in 0..formats.len() {
        record(&mut out, 47, &[&[0; 2][..], &id(n), &[0; 12]].concat());
    }
    two(&mut out, 618, &[]);
    two(&mut out, 279, &[]);
    out
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
    let bytes = binary(&rows, &[3], &[[1, 2, 1, 1], [1, 2, 3, 3]], None);
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
fn binary_workbooks_show_numbers_as_their_formats_say() {
    let rows = [
        ["到账日期", "收入类别", "备注", "金额"],
        ["2021-03-01", "服务收入", "一", "50:1"],
        ["2021-03-02", "服务收入", "二", "20000"],
        ["2021-03-03", "服务收入", "三", "1.5:2"],
        ["2021-03-04", "服务收入", "#", "20000"],
    ];
    let bytes = binary(&rows, &[], &[], Some(&["0.00\"万元\"", "0.0\"千元\""]));
    let plan = read(&bytes, "名册.xlsb", shape("income").expect("income"), &Ledger::default()).expect("a plan");
    let text = shown(&plan);
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(
        &lines[..3],
        [
            "2 received_on=2021-03-01 line=服务收入 amount=500000.00 note=一",
            "3 received_on=2021-03-02 line=服务收入 amount=20000.00 note=二",
            "4 received_on=2021-03-03 line=服务收入 amount=1500.00 note=三",
        ],
        "the unit that is seen counts"
    );
    assert!(lines[3].contains("! C5") && lines[3].contains("错误值"), "a formula that fails is no blank: {}", lines[3]);
    let rows = [
        ["入驻对象", "获投日期", "金额(万元)", "股比(%)"],
        ["甲", "2021-03-01", "5", "0.15:1"],
        ["甲", "2021-03-02", "5", "1"],
    ];
    let share = |formats: Option<&[&str]>| {
        let plan =
            read(&binary(&rows, &[], &[], formats), "名册.xlsb", shape("financing").expect("one"), &Ledger::default());
        shown(&plan.expect("a plan"))
    };
    assert!(share(Some(&["0%"])).contains("share=15 "), "shown as a percentage: {}", share(Some(&["0%"])));
    assert!(share(Some(&["0%"])).contains("share=1 "), "and not shown as one: {}", share(Some(&["0%"])));
    assert!(
        share(None).contains("D3 股比(%)“1”没有超过 1"),
        "a file without formats leaves that open: {}",
        share(None)
    );
}

/// The workbook of one amount, whose cell is this XML; with an index that asks for computing, or not.
fn amount(cell: &str, computed: bool) -> Vec<u8> {
    let text = "到账日期 | 收入类别 | 金额(元) | 备注
        2021-03-01 | 服务收入 | #100 | 一";
    rewritten(&crate::roster::drawn(text), |name, text| match name {
        "xl/worksheets/sheet1.xml" => {
            assert!(text.contains("<c r=\"C2\"><v>100</v></c>"), "the amount stands there: {text}");
            text.replace("<c r=\"C2\"><v>100</v></c>", cell)
        }
        "xl/workbook.xml" if !computed => text.replace(" fullCalcOnLoad=\"1\"", ""),
        _ => text,
    })
}

/// A record of an old .xls.
fn old_record(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("short");
    [&kind.to_le_bytes()[..], &length.to_le_bytes(), content].concat()
}

/// The stream of an old .xls with one sheet of these cells; `more` stands in its index.
fn old_stream(more: &[u8], cells: &[u8]) -> Vec<u8> {
    let begin = |of: u8| old_record(0x0809, &[0, 6, of, 0, 0, 0, 0, 0]);
    let index = |at: u32| {
        let sheet = [&at.to_le_bytes()[..], &[0, 0, 1, 0], b"S"].concat();
        [begin(5), old_record(0x0085, &sheet), more.to_vec(), old_record(0x000a, &[])].concat()
    };
    let start = u32::try_from(index(0).len()).expect("short");
    [index(start), begin(16), cells.to_vec(), old_record(0x000a, &[])].concat()
}

/// Strings that cells share, in letters of two bytes.
fn old_strings(strings: &[&str]) -> Vec<u8> {
    let count = u32::try_from(strings.len()).expect("few").to_le_bytes();
    let mut content = [count, count].concat();
    for text in strings {
        let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        content.extend(u16::try_from(units.len() / 2).expect("short").to_le_bytes());
        content.push(1);
        content.extend(units);
    }
    old_record(0x00fc, &content)
}

/// The beginning of a cell: row, column, style.
fn old_cell(row: u16, column: u16) -> Vec<u8> {
    [row.to_le_bytes(), column.to_le_bytes(), [0; 2]].concat()
}

fn old_shared(row: u16, column: u16, string: u32) -> Vec<u8> {
    old_record(0x00fd, &[&old_cell(row, column)[..], &string.to_le_bytes()].concat())
}

#[test]
fn an_old_sheet_full_to_its_last_row_is_read() {
    let mut cells = Vec::new();
    // 18 numbers in a record of many cells.
    let numbers = [[0, 0, 6, 0, 0, 0].repeat(18), vec![19, 0]].concat();
    for row in 0..=u16::MAX {
        (0..2).for_each(|column| cells.extend(old_shared(row, column, column.into())));
        cells.extend(old_record(0x00bd, &[&row.to_le_bytes()[..], &[2, 0], &numbers].concat()));
    }
    let stream = old_stream(&old_strings(&["甲", "这是一段备注，有的名册里每一行都有"]), &cells);
    // Sectors of 4,096 bytes: those of their table, the directory, the stream.
    const SIZE: usize = 4096;
    let sectors = stream.len().div_ceil(SIZE);
    let tables = (sectors + 8).div_ceil(SIZE / 4 - 1);
    let mut file = vec![0_u8; SIZE * (2 + tables + sectors)];
    let number = |n: usize| u32::try_from(n).expect("small");
    let mut put = |at: usize, n: u32| file[at..at + 4].copy_from_slice(&n.to_le_bytes());
    for (at, n) in [(44, tables), (48, tables), (56, SIZE)] {
        put(at, number(n));
    }
    (0..109).for_each(|i| put(76 + 4 * i, if i < tables { number(i) } else { u32::MAX }));
    [60, 68].into_iter().for_each(|at| put(at, 0xffff_fffe));
    for i in 0..=tables + sectors {
        let next = match i {
            i if i < tables => 0xffff_fffd,
            i if i == tables || i == tables + sectors => 0xffff_fffe,
            i => number(i + 1),
        };
        put(SIZE + 4 * i, next);
    }
    let folder = SIZE * (1 + tables);
    for (entry, (start, length)) in [(0xffff_fffe, 0), (number(tables + 1), stream.len())].into_iter().enumerate() {
        put(folder + 128 * entry + 116, start);
        put(folder + 128 * entry + 120, number(length));
    }
    for (entry, name) in ["Root Entry", "Workbook"].into_iter().enumerate() {
        let units: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        file[folder + 128 * entry..][..units.len()].copy_from_slice(&units);
    }
    file[..8].copy_from_slice(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1");
    file[26..34].copy_from_slice(&[4, 0, 0xfe, 0xff, 12, 0, 6, 0]);
    file[folder + SIZE..][..stream.len()].copy_from_slice(&stream);
    let reader = Reader::of(program().to_owned());
    reader.open(&file, "名册.xls", Progress::SILENT).expect("all that the format holds, within the reader's memory");
}

#[test]
fn formulas_of_an_old_file_that_nobody_computed_are_flagged() {
    let strings = old_strings(&["收入日期", "收入类别", "金额", "2021-03-01", "房租"]);
    let cells = |results: [[u8; 8]; 2]| {
        let mut cells: Vec<u8> = (0..3).flat_map(|c| old_shared(0, c, c.into())).collect();
        for (row, result) in (1..).zip(results) {
            cells.extend(old_shared(row, 0, 3));
            cells.extend(old_shared(row, 1, 4));
            cells.extend(old_record(0x0006, &[&old_cell(row, 2)[..], &result, &[0; 8]].concat()));
        }
        cells
    };
    let (zero, text, ten) = (0_f64.to_le_bytes(), [3, 0, 0, 0, 0, 0, 0xff, 0xff], 10_f64.to_le_bytes());
    // What Excel and WPS write says which of them computed.
    let engine = |n: u32| old_record(0x01c1, &[&[0xc1, 1, 0, 0][..], &n.to_le_bytes()].concat());
    let said = |more: Vec<u8>, results: [[u8; 8]; 2]| {
        let bytes = compound("Workbook", &old_stream(&[strings.clone(), more].concat(), &cells(results)));
        shown(&read(&bytes, "收入.xls", shape("income").expect("a list"), &Ledger::default()).expect("a plan"))
    };
    let asks = |said: &str| said.matches("是公式，文件里没有存下它的结果").count();
    assert_eq!(asks(&said(Vec::new(), [zero, text])), 2, "nothing but 0 and nothing: never computed");
    assert_eq!(asks(&said(engine(0), [zero, text])), 2, "to be computed when it is opened");
    assert_eq!(asks(&said(engine(191_029), [zero, text])), 0, "computed to 0 by Excel");
    let one = said(Vec::new(), [zero, ten]);
    assert_eq!(asks(&one), 0, "a program that computes one computes all: {one}");
    assert!(one.contains("amount=10.00"), "{one}");
    // What breaks off in the middle of a sheet is not read as far as it goes.
    let whole = old_stream(&strings, &cells([ten, ten]));
    let cut = compound("Workbook", &whole[..whole.len() - 4]);
    let error = read(&cut, "收入.xls", shape("income").expect("a list"), &Ledger::default()).expect_err("cut");
    assert!(error.to_string().contains("损坏"), "{error}");
}

#[test]
fn formulas_without_a_stored_result_are_flagged() {
    let said = |bytes: &[u8], file: &str, list: &str| {
        shown(&read(bytes, file, shape(list).expect("a list"), &Ledger::default()).expect("a plan"))
    };
    let asks = |said: &str| {
        said.contains("! C2 金额是公式，文件里没有存下它的结果，请用 Excel 或 WPS 打开这个文件、保存一次再导入")
    };
    for cell in [
        "<c r=\"C2\"><f>50*2</f></c>",
        "<c r=\"C2\"><f>50*2</f><v></v></c>",
        "<c r=\"C2\"><f>50*2</f><v/></c>",
        "<c r=\"C2\"><f t=\"shared\" si=\"0\"/></c>",
        "<c r=\"C2\" s=\"0\" t=\"n\"><f>50*2</f><v /></c>",
        "<c r=\"C2\" t=\"str\"><f>50*2</f></c>",
    ] {
        let said = said(&amount(cell, false), "收入.xlsx", "income");
        assert!(asks(&said), "{cell}: {said}");
    }
    let zero = "<c r=\"C2\"><f>50*2</f><v>0</v></c>";
    let computed = said(&amount(zero, true), "收入.xlsx", "income");
    assert!(asks(&computed), "a program wrote 0 and asks Excel to compute: {computed}");
    let stored = said(&amount(zero, false), "收入.xlsx", "income");
    assert!(stored.contains("amount=0.00") && !stored.contains('!'), "Excel's own 0: {stored}");
    let stored = said(&amount("<c r=\"C2\"><f>50*2</f><v>100</v></c>", true), "收入.xlsx", "income");
    assert!(stored.contains("amount=100.00") && !stored.contains('!'), "a result that is there: {stored}");
    // An empty text is a result: what is blank stays blank.
    let blank = said(&amount("<c r=\"C2\" t=\"str\"><f>IF(1,\"\")</f><v></v></c>", false), "收入.xlsx", "income");
    assert!(!asks(&blank), "{blank}");
    // Fields that need not be filled in, in the formats without a cell for it.
    let note = with_part(include_bytes!("data/roster/names.ods"), "content.xml", |content| {
        let text = String::from_utf8(content.to_vec()).expect("text");
        let cell = text.find("李四").and_then(|at| text[..at].rfind("<table:table-cell")).expect("the second leader");
        let end = cell + text[cell..].find("</table:table-cell>").expect("its end");
        format!("{}<table:table-cell table:formula=\"of:=[.A1]\">{}", &text[..cell], &text[end..]).into_bytes()
    });
    let said = said(&note, "名册.ods", "team");
    assert!(said.contains("是公式，文件里没有存下它的结果"), "{said}");
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
