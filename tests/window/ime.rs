//! The input method: on every field of every room and dialog a composition is typed, gone through, ended and given up, as
//! one engine or the other tells it. No letter is lost, and none of its keys is taken for one of the window's own.

use std::collections::BTreeSet;
use std::time::Duration;

use fantoccini::wd::TimeoutConfiguration;
use incubator::desk::columns;
use serde_json::{Value, json};

use crate::records::typed;
use crate::stage::{Stage, Window, play, sample_folder};

/// Teaches the page to compose. Between two events it gets a turn of its own, in which what changed is put on the page;
/// only the key that ended a composition comes right after it, as in the engine.
const COMPOSE: &str = "
    const turn = () => new Promise((done) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = () => done();
      channel.port2.postMessage(0);
    });
    const frame = () => new Promise(requestAnimationFrame);
    const put = (field, text, isComposing) => {
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(field), 'value').set.call(field, text);
      field.dispatchEvent(new InputEvent('input', { bubbles: true, isComposing }));
    };
    // How a composition is ended: in the order of which engine, by which key, with which code; and what was pressed among
    // its words before.
    const ways = [
      ['chromium', 'Enter', 229, []],
      ['webkit', 'Enter', 229, []],
      ['webkit', 'Enter', 13, []],
      ['chromium', ' ', 229, ['ArrowDown', 'Tab']],
      ['webkit', ' ', 229, ['ArrowDown', 'Tab']],
      ['webkit', ' ', 32, []],
      ['chromium', 'Escape', 229, []],
      ['webkit', 'Escape', 229, ['ArrowUp']],
    ];
    /** Composes 您好 behind what stands in a field; whether it stands there then, or nothing of it when it was given up. */
    const compose = async (field, [order, end, code, among]) => {
      const fire = (type, data) => field.dispatchEvent(new CompositionEvent(type, { data, bubbles: true }));
      const key = (key, keyCode, isComposing) =>
        field.dispatchEvent(new KeyboardEvent('keydown', { key, keyCode, isComposing, bubbles: true, cancelable: true }));
      const first = order === 'chromium';
      const before = field.value;
      if (first) key('Process', 229, false);
      await turn();
      fire('compositionstart', '');
      await turn();
      for (const part of ['n', 'nin h', '您好']) {
        if (first) key('Process', 229, true);
        fire('compositionupdate', part);
        put(field, before + part, true);
        if (!first) key('Process', 229, true);
        await turn();
      }
      for (const one of among) {
        key(one, 229, first);
        await turn();
      }
      // Between a letter and the key that ends the word lies longer than the engine takes to tell of one of them.
      if (code !== 229) await new Promise((done) => setTimeout(done, 60));
      const words = end === 'Escape' ? '' : '您好';
      if (first) {
        key(end, code, true);
        await turn();
      }
      if (words === '') {
        fire('compositionupdate', '');
        put(field, before, true);
      }
      fire('compositionend', words);
      if (!first) {
        for (let i = 0; i < 8; i++) await null;
        key(end, code, false);
      }
      await frame();
      return field.value === before + words;
    };
    ";

/// Composes in every field that the page shows: `all` of them, or the first two of those that stand alike. These two are
/// composed in in every way.
const EVERY: &str = "
    const [all, searched, done] = arguments;
    const name = (field) => field.getAttribute('aria-label') ?? field.labels?.[0]?.childNodes[0].textContent.trim() ?? field.id;
    const place = () => JSON.stringify([
      document.querySelector('nav [aria-current=page]')?.innerText, document.querySelectorAll('dialog[open]').length,
      document.querySelector('aside h2')?.innerText, document.querySelector('.tools h1')?.innerText,
      document.querySelectorAll('.menu, aside').length,
    ]);
    const alike = (field) => {
      let path = '';
      for (let e = field; e; e = e.parentElement) path += e.tagName + '.' + [...e.classList].filter((c) => !c.startsWith('svelte-')).join('.');
      return path;
    };
    (async () => {
      const root = document.querySelector('dialog[open]') ?? document;
      const [wrong, tried, count] = [[], [], new Map()];
      for (const field of root.querySelectorAll('input:not([type=radio], [type=checkbox]), textarea:not(.input)')) {
        if (!field.isConnected || !field.checkVisibility() || field.disabled) continue;
        const own = name(field) === '查找';
        const path = own ? 'search' : alike(field);
        count.set(path, (count.get(path) ?? 0) + 1);
        const again = count.get(path) > 2;
        if (own ? searched : !all && again) continue;
        field.focus();
        const [before, here] = [field.value, place()];
        const moved = () => [document.activeElement === field && field.isConnected ? '' : 'left', place() === here ? '' : place()].filter(Boolean);
        if (moved().length > 0) wrong.push([name(field), 'takes no focus']);
        for (const way of again ? ways.slice(0, 2) : ways) {
          const kept = await compose(field, way);
          if (!kept || moved().length > 0) wrong.push([name(field), ...way.slice(0, 3), kept ? 'kept' : field.value, ...moved()]);
          if (!field.isConnected) break;
          put(field, before, false);
        }
        // What goes wrong by way of the core comes later.
        do { for (let i = 0; i < 4; i++) await frame(); } while (document.querySelector('footer .saved')?.matches('.busy'));
        if (moved().length > 0) wrong.push([name(field), 'later', ...moved()]);
        tried.push(name(field));
      }
      done([wrong, tried]);
    })();";

impl Window<'_> {
    /// Lets the page compose for as long as many fields take.
    async fn takes_its_time(&self) {
        let long = TimeoutConfiguration::new(Some(Duration::from_secs(300)), None, None);
        self.client.update_timeouts(long).await.expect("a longer time");
    }

    /// Composes in every field in sight; their names go to `tried`.
    async fn composes(&self, place: &str, all: bool, tried: &mut BTreeSet<String>) {
        // The box that finds everything stands in every room; where there is something to be found it is enough.
        let searched = tried.contains("总览: 查找");
        let answer = self
            .client
            .execute_async(&format!("{COMPOSE}{EVERY}"), vec![json!(all), json!(searched)])
            .await
            .unwrap_or_else(|e| panic!("{place}: {e}"));
        assert_eq!(answer[0], json!([]), "{place}: every letter is kept and nothing moves");
        let names = answer[1].as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        tried.extend(names.map(|name| format!("{place}: {name}")));
    }

    /// Opens a dialog by its button and composes in it, and closes it.
    async fn composes_in_dialog(&self, button: &str, tried: &mut BTreeSet<String>) {
        self.press(button).await;
        self.wait(button, "return document.querySelector('dialog[open] :is(input, textarea)') !== null").await;
        self.composes(button, true, tried).await;
        self.run("document.querySelector('dialog[open]').close()").await;
        self.wait("closed", "return document.querySelector('dialog[open]') === null").await;
    }
}

#[test]
fn no_letter_of_a_composition_is_lost_in_any_cell() {
    play(async {
        let stage = Stage::set("ime", true);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.takes_its_time().await;
        window.room("档案").await;
        window.size(1366, 768).await;
        let mut tried = 0;
        // Every column of every list, with both orders; each type of column in every way.
        let lists =
            window.run("return [...document.querySelectorAll('.lists .name')].map((n) => n.innerText.trim())").await;
        let names: Vec<_> = incubator::desk::kinds();
        let mut seen = BTreeSet::new();
        for list in lists.as_array().expect("lists").iter().filter_map(Value::as_str) {
            window.list(list).await;
            let name = names.iter().find(|kind| kind.label == list).expect("a list").name;
            let fully: Vec<bool> =
                columns(name).expect("columns").iter().map(|c| c.editable && seen.insert(c.ty)).collect();
            let script = "const [fully, done] = arguments;
                const until = async (is) => { for (let i = 0; i < 300 && !is(); i++) await frame(); };
                const cells = () => [...document.querySelectorAll('.row')[0]?.querySelectorAll('[role=gridcell]') ?? []];
                (async () => {
                  const [field, wrong] = [document.querySelector('.input'), []];
                  let tried = 0;
                  for (let at = 0; at < cells().length; at++) {
                    if (cells()[at].getAttribute('aria-readonly') === 'true') continue;
                    for (const way of fully[at] ? ways : ways.slice(0, 2)) {
                      cells()[at].dispatchEvent(new MouseEvent('mousedown', { bubbles: true, cancelable: true, button: 0 }));
                      await until(() => cells()[at].classList.contains('active') && field.value === '');
                      const kept = await compose(field, way);
                      const stays = cells()[at].classList.contains('active') && field.classList.contains('typing');
                      if (!kept || !stays) wrong.push([at, ...way, kept, field.value, stays]);
                      field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }));
                      await until(() => !field.classList.contains('typing'));
                      tried++;
                    }
                  }
                  done([wrong, tried]);
                })();";
            let script = format!("{COMPOSE}{script}");
            let answer = window
                .client
                .execute_async(&script, vec![json!(fully)])
                .await
                .unwrap_or_else(|e| panic!("{list}: {e}"));
            assert_eq!(answer[0], json!([]), "every letter is kept and nothing moves in {list}");
            tried += answer[1].as_u64().expect("a number");
        }
        assert!(tried >= 400, "every cell was tried: {tried}");
        window.close().await;
    });
}

#[test]
fn no_letter_of_a_composition_is_lost_in_any_field_and_none_of_its_keys_moves() {
    play(async {
        let mut stage = Stage::set("ime-fields", false);
        let folder = stage.home.join("台账");
        let mut tried = BTreeSet::new();
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.takes_its_time().await;
        window.wait("the first start", "return document.querySelector('#space-name') !== null").await;
        window.composes("首次启动", true, &mut tried).await;
        window.close().await;

        stage.again();
        let mut desk = sample_folder(&folder);
        // What the search would open if it took the key of a composition for its own.
        desk.add("mentor", &typed(&[("name", "您好")])).expect("a mentor");
        drop(desk);
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.takes_its_time().await;
        window.size(1366, 768).await;
        window.room("总览").await;
        window.wait("the overview", "return document.querySelector('.overview h1') !== null").await;
        window.composes("总览", true, &mut tried).await;

        // The editor: texts, days, numbers, references to one and to several, and the day of the history.
        window.room("档案").await;
        for list in ["初创企业", "投融资", "活动"] {
            window.list(list).await;
            window.cell(0, 0).await;
            window.press("打开").await;
            window
                .wait("the editor", "return document.querySelector('aside [aria-label=查看某一天的内容]') !== null")
                .await;
            window.composes(list, true, &mut tried).await;
            window.run("document.querySelector('aside [aria-label=关闭]').click()").await;
            window.wait("closed", "return document.querySelector('aside') === null").await;
        }
        // The filter of a column, of each sort.
        window.list("初创企业").await;
        for field in ["name", "registered_on"] {
            let at = columns("enterprise").expect("columns").iter().position(|c| c.name == field).expect("it");
            window.run(&format!("document.querySelector('[data-head=\"{at}\"] .more').click()")).await;
            window.wait("the menu", "return document.querySelector('.menu input') !== null").await;
            window.composes(&format!("筛选 {field}"), true, &mut tried).await;
            window.run("document.querySelector('.menu').dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, cancelable: true }))").await;
            window.wait("closed", "return document.querySelector('.menu') === null").await;
        }
        window.room("季度更新").await;
        window.wait("the round", "return document.querySelector('[data-row=\"0\"][data-at=\"0\"]') !== null").await;
        window.composes("季度更新", false, &mut tried).await;

        window.room("导入").await;
        window.press("粘贴内容").await;
        window.wait("where to paste", "return document.querySelector('.paste textarea') !== null").await;
        window.composes("粘贴内容", true, &mut tried).await;
        window.type_into("从 Excel 或 WPS 复制的内容(带表头)", "团队名称,入驻日期\n晨星队,2021-03-05").await;
        window.press("读入粘贴的内容").await;
        window.wait("the plan", "return document.querySelector('.import .heading') !== null").await;
        window.composes("导入", true, &mut tried).await;

        // The form: its days, its reasons, a value by hand, what is read back, its dialogs.
        window.turn_to_the_published_quarter().await;
        window.run("document.querySelector('[data-code=zjf04]').click()").await;
        window.wait("the panel", "return document.querySelector('aside .hand textarea') !== null").await;
        window.composes("报表", false, &mut tried).await;
        window.press("逐项复制").await;
        window.wait("the portal", "return document.querySelector('.portal textarea') !== null").await;
        window.composes("逐项复制", false, &mut tried).await;
        window.composes_in_dialog("填写", &mut tried).await;
        window.press("上报封存").await;
        window.press("封存").await;
        window.wait("the seal", "return document.querySelector('.sealed')?.innerText.includes('上报封存')").await;
        window.composes_in_dialog("解封", &mut tried).await;
        let daily = "const forms = document.querySelector('select[aria-label=报表]');
            const at = Number(window.turned ?? -1) + 1;
            if (document.querySelector('input[aria-label=日期]')) return true;
            if (at >= forms.options.length) return 'none is of a day';
            window.turned = at;
            forms.value = forms.options[at].value;
            forms.dispatchEvent(new Event('change', { bubbles: true }));
            return false";
        assert_eq!(window.wait("a form of a day", daily).await, json!(true));
        window.composes("报表某日", false, &mut tried).await;

        // A programme: its day, the ground and the end of a judgement; a text of an annex; columns of one's own.
        window.programme("shanxi-2022").await;
        window.side("条件").await;
        let yes = "const one = document.querySelector('[data-condition=\"S9.1\"] input[type=radio]'); one?.click(); return one?.checked === true";
        window.wait("a yes", yes).await;
        window.wait("its end", "return document.querySelector('[aria-label=\"S9.1 有效至\"]') !== null").await;
        window.composes("条件", false, &mut tried).await;
        window.filing_text().await;
        window.composes("附表文字", false, &mut tried).await;
        let choose = "const forms = document.querySelector('select[aria-label=附表]');
             if (forms.value !== 'hunan-base-projects-2021') { forms.value = 'hunan-base-projects-2021'; forms.dispatchEvent(new Event('change', { bubbles: true })); }
             return document.querySelector('article.paper')?.dataset.form === 'hunan-base-projects-2021'";
        window.wait("the projects", choose).await;
        window.press("改栏目").await;
        window.wait("the columns", "return document.querySelector('aside [aria-label=\"栏目 1\"]') !== null").await;
        window.composes("改栏目", true, &mut tried).await;

        window.room("备份与设置").await;
        let history =
            "document.getElementById('tab-history')?.click(); return document.querySelector('#person') !== null";
        window.wait("the steps", history).await;
        window.composes("备份与设置", true, &mut tried).await;
        for name in [
            "首次启动: 从零开始：先填写众创空间的名称",
            "总览: 查找",
            "初创企业: 查看某一天的内容",
            "筛选 name: 包含",
            "筛选 registered_on: 从",
            "筛选 registered_on: 到",
            "粘贴内容: 从 Excel 或 WPS 复制的内容(带表头)",
            "导入: 表头行",
            "报表: 数据截止日",
            "报表: 情况说明",
            "报表: 理由",
            "逐项复制: 回读核对",
            "填写: 报出日期",
            "解封: 理由",
            "报表某日: 日期",
            "条件: 测算日",
            "条件: S9.1 依据",
            "条件: S9.1 有效至",
            "附表文字: 内容",
            "改栏目: 栏目 1",
            "改栏目: 新栏目名称",
        ] {
            assert!(tried.contains(name), "{name} was composed in: {tried:?}");
        }
        println!("{} fields", tried.len());
        window.close().await;
    });
}
