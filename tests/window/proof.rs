//! Proof: from what a programme lacks to the record that lacks it, pictures dragged in many at once, seen small,
//! given another role, taken away and brought back, and the programme counts them.

use serde_json::json;

use crate::stage::{Stage, play, sample_folder};

/// The line of a file in the editor.
fn line(name: &str) -> String {
    format!("[...document.querySelectorAll('aside .proof li')].find((li) => li.innerText.includes({name:?}))")
}

#[test]
fn pictures_are_dragged_to_the_record_that_a_programme_misses_them_on() {
    play(async {
        let stage = Stage::set("proof", false);
        let folder = stage.home.join("台账");
        drop(sample_folder(&folder));
        let window = stage.open(&["--data", folder.to_str().expect("plain")]).await;
        window.size(1366, 768).await;
        window.programme("hunan-2016").await;
        window.side("佐证材料").await;
        let group = "[...document.querySelectorAll('.groups tbody tr')].find((tr) => tr.cells[0].innerText === '照片')";
        let tally = format!("return {group}?.cells[2].innerText ?? false");
        let before = window.wait("what is there", &tally).await;
        let open = format!("const one = {group}?.querySelector('.link'); one?.click(); return one !== undefined");
        window.wait("the events that lack pictures", &open).await;
        let follow = "const one = document.querySelector('.missing .link'); one?.click(); return one !== null";
        window.wait("the first of them", follow).await;
        window.wait("its proof", "return document.querySelector('aside .proof .amber') !== null").await;
        let in_sight = "const at = document.querySelector('aside .proof').getBoundingClientRect();
                        return at.top < innerHeight - 100 && document.activeElement?.innerText === '选择文件'";
        window.wait("which is in sight, and its chooser has the keys", in_sight).await;

        // Two pictures and one of them again under another name, all dropped together.
        let drop = "const picture = (colour, name) => {
              const canvas = document.createElement('canvas');
              [canvas.width, canvas.height] = [40, 30];
              const ink = canvas.getContext('2d');
              ink.fillStyle = colour;
              ink.fillRect(0, 0, 40, 30);
              const bytes = Uint8Array.from(atob(canvas.toDataURL('image/png').split(',')[1]), (c) => c.charCodeAt(0));
              return new File([bytes], name, { type: 'image/png' });
            };
            const clip = new DataTransfer();
            for (const file of [picture('#c00000', '照片甲.png'), picture('#0000c0', '照片乙.png'), picture('#c00000', '照片丙.png')])
              clip.items.add(file);
            const at = document.querySelector('aside .proof');
            const drag = (type) =>
              at.dispatchEvent(new DragEvent(type, { dataTransfer: clip, bubbles: true, cancelable: true }));
            drag('dragover');
            window.dropHere = () => drag('drop');";
        window.run(drop).await;
        window.wait("the place shows itself", "return document.querySelector('aside .proof.over') !== null").await;
        window.run("window.dropHere()").await;
        window.shows("已添加 2 个文件").await;
        window.shows("未重复添加：照片丙.png").await;
        assert_eq!(
            window.run("return document.querySelector('aside .proof.over') === null").await,
            json!(true),
            "the place looks as before"
        );
        for (name, colour) in [("照片甲.png", [192, 0, 0, 255]), ("照片乙.png", [0, 0, 192, 255])] {
            let small = format!(
                "const canvas = {}?.querySelector('canvas');
                 if (!canvas || canvas.hidden) return false;
                 const seen = [...canvas.getContext('2d').getImageData(28, 21, 1, 1).data];
                 return seen.every((part, i) => Math.abs(part - {colour:?}[i]) < 8)",
                line(name)
            );
            window.wait(&format!("{name} is seen small"), &small).await;
            let role = format!("return {}.querySelector('select').value", line(name));
            assert_eq!(window.run(&role).await, json!("照片"), "its name says what it is");
        }
        window.run("document.querySelector('aside .proof').scrollIntoView({ block: 'center' })").await;
        window.picture("proof-thumbnails-1366").await;
        window.reads_well("proof in the editor").await;

        // Another role, and away with it: both can be taken back.
        let role = format!(
            "const role = {}.querySelector('select'); role.value = '报道'; role.dispatchEvent(new Event('change', {{ bubbles: true }}))",
            line("照片乙.png")
        );
        window.run(&role).await;
        let kept = |role: &str| format!("return {}?.querySelector('select').value === {role:?}", line("照片乙.png"));
        let saved = "return document.querySelector('footer .saved').innerText === '已保存'";
        window.wait("kept", saved).await;
        window.wait("the other role", &kept("报道")).await;
        window.run(&format!("{}.querySelector('[aria-label^=删除]').click()", line("照片乙.png"))).await;
        window.wait("gone", &format!("return {} === undefined", line("照片乙.png"))).await;
        for (what, role) in [("the file again", "报道"), ("the role again", "照片")] {
            window.wait("a step to take back", "return !document.querySelector('header button').disabled").await;
            window.run("document.querySelector('header button').click()").await;
            window.wait(what, &kept(role)).await;
        }

        // The programme counts them.
        window.room("附表与申报").await;
        window.side("佐证材料").await;
        let after = format!(
            "const tally = {group}?.cells[2].innerText; return tally !== undefined && tally !== {before} ? tally : false"
        );
        let after = window.wait("counted", &after).await;
        let have = |tally: &serde_json::Value| -> i64 {
            let text = tally.as_str().unwrap_or_default();
            text.split('/').next().and_then(|n| n.trim().parse().ok()).unwrap_or(-1)
        };
        assert!(have(&after) > have(&before), "{before} became {after}");
        window.close().await;
    });
}
