//! The sheets 依据 (records behind every figure) and 审核 (rules that spoke).

use rust_xlsxwriter::{Format, FormatAlign, Worksheet};

use super::paper::is_quarterly;
use super::{ContentFormats, Decimals, TEXT, base, boxed, content, grow, header_text, quick_text, text};
use crate::error::Result;
use crate::form::{Cell, Content, Filled, Level, printed};
use crate::period::{Period, chinese_date};
use crate::record::kind;

const FIGURES: [(&str, f64); 8] = [
    ("代码", 9.0),
    ("指标名称", 32.0),
    ("计量单位", 9.0),
    ("数量", 9.0),
    ("类别", 11.0),
    ("记录", 38.0),
    ("数额", 11.0),
    ("说明", 34.0),
];
const CHECKS: [(&str, f64); 7] = [
    ("规则", 7.0),
    ("级别", 7.0),
    ("内容", 48.0),
    ("涉及指标", 14.0),
    ("类别", 11.0),
    ("涉及记录", 34.0),
    ("说明理由", 34.0),
];
const GREY: &str = "#F2F2F2";
const LINE: &str = "#A6A6A6";

/// Every figure of the form: what it shows, the records it was made from, and what is missing.
pub(super) fn figures(sheet: &mut Worksheet, filled: &Filled) -> Result<()> {
    let mut row = heading(sheet, filled, "依据", &FIGURES, &status(filled))?;
    let figure = boxed(10.0).set_border_color(LINE).set_bold().set_background_color(GREY).set_text_wrap();
    let number = figure.clone().unset_text_wrap().set_align(FormatAlign::Right).set_indent(1);
    let values = ContentFormats::on(&figure);
    for cell in &filled.cells {
        // A text is too long for the column of figures: it stands above its records.
        let (number_there, prose) = match &cell.value {
            Some(Content::Text(words)) => (None, words.as_str()),
            other => (other.as_ref(), ""),
        };
        for (col, words) in [(0, cell.code.as_str()), (1, &cell.label), (2, &cell.unit), (4, ""), (5, prose)] {
            text(sheet, row, col, words, &figure)?;
        }
        content(sheet, row, 3, number_there, Decimals::of(cell), &values)?;
        match cell.exact_in_unit() {
            Some(exact) => sheet.write_number_with_format(row, 6, exact, &number)?,
            None => sheet.write_blank(row, 6, &number)?,
        };
        let said = remark(cell);
        text(sheet, row, 7, &said, &figure)?;
        let tall = [(0, cell.code.as_str()), (1, &cell.label), (5, prose), (7, &said)];
        grow(sheet, row, &tall.map(|(col, words)| (FIGURES[col].1, words)))?;
        row += 1;
        for source in &cell.from {
            quick_text(sheet, row, 0, &cell.code)?;
            quick_text(sheet, row, 4, kind(source.kind).map_or(source.kind, |k| k.label))?;
            quick_text(sheet, row, 5, &source.label)?;
            grow(sheet, row, &[(FIGURES[5].1, &source.label)])?;
            // Behind a text stand records, but no amounts.
            if cell.exact.is_some() {
                sheet.write_number(row, 6, source.amount)?;
            }
            row += 1;
        }
        for gap in &cell.gaps {
            quick_text(sheet, row, 0, &cell.code)?;
            quick_text(sheet, row, 4, kind(gap.kind).map_or(gap.kind, |k| k.label))?;
            quick_text(sheet, row, 5, &gap.say)?;
            grow(sheet, row, &[(FIGURES[5].1, &gap.say)])?;
            quick_text(sheet, row, 7, "缺项：记录中没有，未计入")?;
            row += 1;
        }
        for note in &cell.notes {
            quick_text(sheet, row, 0, &cell.code)?;
            quick_text(sheet, row, 7, note)?;
            grow(sheet, row, &[(FIGURES[7].1, note)])?;
            row += 1;
        }
    }
    finish(sheet, filled, "依据", row, &FIGURES)
}

/// What a reader must know of one figure.
fn remark(cell: &Cell) -> String {
    let mut said = Vec::new();
    if cell.overridden {
        let records = match cell.computed {
            None => "记录不足，算不出".to_owned(),
            Some(_) => printed(cell.computed.as_ref(), &cell.unit, cell.decimals),
        };
        let reason = cell.reason.as_deref().unwrap_or("未写");
        said.push(format!("手工填写，理由：{reason}；按记录计算为：{records}"));
    }
    if let Some(adjusted) = &cell.adjusted {
        said.push(if adjusted.contains("舍位平衡") {
            adjusted.clone()
        } else {
            format!("舍位平衡：{adjusted}")
        });
    }
    if cell.value.is_none() {
        said.push("空白：没有可以计算的记录".to_owned());
    }
    said.join("；")
}

/// Every rule that spoke, with the records it is about and the reason that was written.
pub(super) fn checks(sheet: &mut Worksheet, filled: &Filled) -> Result<()> {
    let count = |level| filled.breaches.iter().filter(|b| b.level == level).count();
    let (errors, warnings) = (count(Level::Error), count(Level::Warning));
    let open = filled.breaches.iter().filter(|b| b.level == Level::Warning && b.reason.is_none()).count();
    let sum = match (errors, warnings) {
        (0, 0) => "审核全部通过，没有错误和警示".to_owned(),
        _ => format!("错误{errors}条(必须改正)，警示{warnings}条(其中{open}条尚未说明理由)"),
    };
    let mut row = heading(sheet, filled, "审核", &CHECKS, &format!("{sum}；{}", status(filled)))?;
    let rule = boxed(10.0).set_border_color(LINE).set_text_wrap().set_background_color(GREY);
    let error = rule.clone().set_bold().set_font_color("#C00000").set_align(FormatAlign::Center);
    let warning = rule.clone().set_font_color("#9C5700").set_align(FormatAlign::Center);
    for breach in &filled.breaches {
        let level = if breach.level == Level::Error { &error } else { &warning };
        text(sheet, row, 0, &breach.rule, &rule)?;
        text(sheet, row, 1, breach.level.label(), level)?;
        text(sheet, row, 2, &breach.message, &rule)?;
        let codes = breach.codes.join("、");
        text(sheet, row, 3, &codes, &rule)?;
        text(sheet, row, 4, "", &rule)?;
        text(sheet, row, 5, "", &rule)?;
        let reason = match (&breach.reason, &breach.offered) {
            (Some(reason), _) => reason.clone(),
            (None, Some(before)) => format!("(未写；以前的说明：{before})"),
            (None, None) => String::new(),
        };
        text(sheet, row, 6, &reason, &rule)?;
        grow(sheet, row, &[(CHECKS[2].1, &breach.message), (CHECKS[3].1, &codes), (CHECKS[6].1, &reason)])?;
        row += 1;
        for record in &breach.records {
            quick_text(sheet, row, 0, &breach.rule)?;
            quick_text(sheet, row, 4, kind(record.kind).map_or(record.kind, |k| k.label))?;
            quick_text(sheet, row, 5, &record.say)?;
            grow(sheet, row, &[(CHECKS[5].1, &record.say)])?;
            row += 1;
        }
    }
    finish(sheet, filled, "审核", row, &CHECKS)
}

fn status(filled: &Filled) -> String {
    let state = match &filled.sealed_at {
        Some(at) => format!("已上报封存：{at}，数值为封存时的数值"),
        None => "内部核对稿，未封存".to_owned(),
    };
    let mut said = vec![state];
    match Period::parse(&filled.period) {
        Ok(Period::Day(_)) => said.push(format!("统计时点：{}", chinese_date(filled.cutoff))),
        _ => {
            if is_quarterly(filled) {
                said.push(format!("口径：{}", filled.basis.label()));
            }
            said.push(format!("统计区间：{}至{}", chinese_date(filled.start), chinese_date(filled.cutoff)));
        }
    }
    if !filled.official {
        said.push("非官方表样".to_owned());
    }
    said.join("；")
}

/// Title, status, column heads and column formats; gives the row after them.
fn heading(sheet: &mut Worksheet, filled: &Filled, name: &str, columns: &[(&str, f64)], status: &str) -> Result<u32> {
    let title = base(14.0).set_bold();
    text(sheet, 0, 0, &format!("{name}　{}　{}", filled.title, filled.period_label), &title)?;
    sheet.set_row_height(0, 26)?;
    text(sheet, 1, 0, status, &base(10.0))?;
    let head = boxed(10.0).set_bold().set_align(FormatAlign::Center).set_background_color("#D9E2F3");
    for (col, (name, width)) in (0..).zip(columns) {
        sheet.set_column_width(col, *width)?;
        sheet.set_column_format(col, &column(name))?;
        text(sheet, 2, col, name, &head)?;
    }
    sheet.set_freeze_panes(3, 0)?.set_repeat_rows(2, 2)?;
    Ok(3)
}

/// Format of a column's ordinary rows.
fn column(name: &str) -> Format {
    let format = base(10.0);
    if name == "数额" || name == "数量" {
        format.set_align(FormatAlign::Right).set_indent(1)
    } else {
        format.set_text_wrap().set_num_format_index(TEXT)
    }
}

fn finish(sheet: &mut Worksheet, filled: &Filled, name: &str, row: u32, columns: &[(&str, f64)]) -> Result<()> {
    let last = u16::try_from(columns.len()).unwrap_or(1) - 1;
    sheet.set_print_area(0, 0, row - 1, last)?;
    if row > 3 {
        sheet.autofilter(2, 0, row - 1, last)?;
    }
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.7, 0.7, 0.3, 0.3);
    let about = header_text(&format!("{} {} {name}", filled.title, filled.period_label));
    sheet.set_header(format!("&L&\"{},Regular\"&9 {about}", super::FONT));
    sheet.set_footer(format!("&C&\"{},Regular\"&9&P/&N", super::FONT));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::form::Content;

    fn cell() -> Cell {
        Cell {
            section: None,
            code: "zjf01".into(),
            label: "众创空间总收入".into(),
            unit: "千元".into(),
            indent: 0,
            value: Some(Content::Int(150)),
            computed: Some(Content::Int(147)),
            exact: Some(14_700_000),
            overridden: true,
            reason: Some("账目未到".into()),
            adjusted: None,
            decimals: 0,
            length: None,
            limit: None,
            raw: None,
            changed: Vec::new(),
            from: Vec::new(),
            gaps: Vec::new(),
            notes: Vec::new(),
            help: String::new(),
        }
    }

    #[test]
    fn a_hand_typed_figure_says_why_and_what_the_records_give() {
        assert_eq!(remark(&cell()), "手工填写，理由：账目未到；按记录计算为：147");
        let blank = Cell { overridden: false, value: None, ..cell() };
        assert_eq!(remark(&blank), "空白：没有可以计算的记录");
        let moved = Cell { overridden: false, adjusted: Some("+1".into()), ..cell() };
        assert_eq!(remark(&moved), "舍位平衡：+1");
    }
}
