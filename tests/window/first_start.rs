//! From the first start to the exported report.

use std::path::Path;

use calamine::{Data, Reader};
use serde_json::{Value, json};

use crate::stage::{FIGURES, Stage, ended, play, program};

#[test]
fn from_the_first_start_to_the_exported_report() {
    play(async {
        let stage = Stage::set("journey", false);
        let window = stage.open(&[]).await;
        window.wait("the first start", "return document.body.innerText.includes('打开示例')").await;
        assert!(stage.home.join("data/众创台账").is_dir(), "the usual data folder of this user is made");
        window.size(1366, 768).await;
        window.picture("welcome-1366").await;
        window.press("打开示例").await;
        window.turn_to_the_published_quarter().await;
        assert_eq!(window.figures().await, FIGURES, "the published report, 21 of 21");
        let head = window.text(".paper").await;
        for printed in ["众创空间统计监测报表(季报)", "2021年09月", "国家备案", "邮编", "一、众创空间运营和服务情况"]
        {
            assert!(head.contains(printed), "{printed} stands on the form: {head}");
        }
        window.picture("form-1366").await;

        window.run("document.querySelector('[data-code=zjf05]').click()").await;
        let teams = "return document.querySelectorAll('aside .records .link').length";
        assert_eq!(window.wait("the evidence", teams).await, json!(15), "zjf05 opens into its 15 teams");
        window.picture("figure-1366").await;
        let team = window.run("return document.querySelector('aside .records .link').innerText").await;
        window.run("document.querySelector('aside .records .link').click()").await;
        window.wait("the record", "return document.querySelector('aside dl dt') !== null").await;
        let sheet = window.text("aside").await;
        assert!(sheet.contains(team.as_str().expect("a name")), "the record is that team: {sheet}");
        assert!(sheet.contains("打开示例"), "and its history says where it came from: {sheet}");
        window.picture("record-1366").await;

        let file = stage.home.join("q3.xlsx");
        window.press("导出 Excel").await;
        window.answer_dialog("导出 Excel", &file);
        window.wait("the export", "return document.body.innerText.includes('已导出')").await;
        assert_eq!(exported(&file), FIGURES, "the workbook holds what the window shows");
        window.picture("exported-1366").await;

        // A second start ends at once and leaves the first its folder.
        let mut second = stage.command(program()).spawn().expect("starts");
        assert!(ended(&mut second).success(), "a second start ends well");
        assert_eq!(window.figures().await, FIGURES, "and the first goes on");

        window.size(1920, 1080).await;
        window.picture("record-1920").await;
        window.run("document.querySelector('aside [aria-label=关闭]').click()").await;
        window.picture("form-1920").await;
        // The usual laptop: 1366×768 at 125 %.
        window.size(1093, 614).await;
        window.run("document.getElementById('checks').scrollIntoView()").await;
        window.picture("checks-1093").await;
        // Every other form is shown as well, rosters and annexes among them.
        window.size(1366, 768).await;
        let forms =
            window.run("return [...document.querySelector('select[aria-label=报表]').options].map((o) => o.value)");
        let forms = forms.await.as_array().cloned().unwrap_or_default();
        assert!(forms.len() > 5, "the forms to choose from: {forms:?}");
        for form in forms.iter().filter_map(Value::as_str) {
            let title = format!(
                "const forms = document.querySelector('select[aria-label=报表]'); forms.value = {form:?};
                 forms.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            );
            window.run(&title).await;
            let shown = format!("return document.querySelector('.paper')?.dataset.form === {form:?}");
            window.wait(form, &shown).await;
            window.picture(&format!("form-{form}")).await;
        }
        window.close().await;
    });
}

/// The numbers of the sheet 季报, read back from its rows of codes.
fn exported(file: &Path) -> Vec<i64> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file).expect("a workbook");
    let range = book.worksheet_range("季报").expect("the sheet 季报");
    let figure = |row: &[Data]| {
        let code = row.iter().position(|c| c.to_string().starts_with("zjf"))?;
        row.get(code + 1).map(|c| c.to_string().parse().unwrap_or(i64::MIN))
    };
    range.rows().filter_map(figure).collect()
}
