//! Everything is found by 汉字, pinyin, initials and mixtures, whichever legal reading a character has.

use chrono::NaiveDate;
use incubator::desk::Desk;
use incubator::record::{Record, Value, kind};
use incubator::spell::{Spelt, Wanted};

/// Characters with more than one reading, written out by hand after 现代汉语词典 and the surnames' readings:
/// nothing here comes from the library that the program asks.
const MANY: &[(char, &[&str])] = &[
    ('重', &["chong", "zhong"]),
    ('乐', &["le", "yue", "lao", "yao"]),
    ('行', &["xing", "hang"]),
    ('单', &["dan", "shan", "chan"]),
    ('曾', &["ceng", "zeng"]),
    ('长', &["chang", "zhang"]),
    ('朝', &["chao", "zhao"]),
    ('仇', &["chou", "qiu"]),
    ('解', &["jie", "xie"]),
    ('区', &["qu", "ou"]),
    ('查', &["cha", "zha"]),
    ('盖', &["gai", "ge"]),
    ('尉', &["wei", "yu"]),
    ('翟', &["zhai", "di"]),
    ('覃', &["qin", "tan"]),
    ('朴', &["pu", "piao"]),
    ('繁', &["fan", "po"]),
    ('种', &["zhong", "chong"]),
    ('石', &["shi", "dan"]),
    ('车', &["che", "ju"]),
    ('都', &["du", "dou"]),
    ('参', &["can", "shen", "cen"]),
    ('差', &["cha", "chai", "ci"]),
    ('调', &["diao", "tiao"]),
    ('率', &["lv", "shuai"]),
    ('绿', &["lv", "lu"]),
    ('露', &["lu", "lou"]),
    ('弹', &["dan", "tan"]),
    ('大', &["da", "dai"]),
    ('降', &["jiang", "xiang"]),
    ('角', &["jiao", "jue"]),
    ('觉', &["jiao", "jue"]),
    ('校', &["xiao", "jiao"]),
    ('传', &["chuan", "zhuan"]),
    ('藏', &["cang", "zang"]),
    ('叶', &["ye", "xie"]),
    ('员', &["yuan", "yun"]),
    ('贾', &["jia", "gu"]),
    ('厦', &["sha", "xia"]),
    ('蔚', &["wei", "yu"]),
    ('柏', &["bai", "bo"]),
    ('六', &["liu", "lu"]),
    ('堡', &["bao", "pu", "bu"]),
    ('万', &["wan", "mo"]),
    ('会', &["hui", "kuai"]),
    ('和', &["he", "huo"]),
    ('数', &["shu", "shuo"]),
    ('系', &["xi", "ji"]),
    ('量', &["liang"]),
    ('发', &["fa"]),
    ('便', &["bian", "pian"]),
    ('地', &["di", "de"]),
    ('什', &["shen", "shi"]),
    ('色', &["se", "shai"]),
    ('度', &["du", "duo"]),
    ('落', &["luo", "la", "lao"]),
    ('薄', &["bao", "bo"]),
    ('血', &["xue", "xie"]),
    ('给', &["gei", "ji"]),
    ('卡', &["ka", "qia"]),
    ('缪', &["miao", "mou", "miu"]),
    ('隗', &["wei", "kui"]),
    ('宓', &["mi", "fu"]),
    ('郇', &["xun", "huan"]),
    ('召', &["zhao", "shao"]),
    ('冯', &["feng", "ping"]),
    ('盛', &["sheng", "cheng"]),
    ('殷', &["yin", "yan"]),
    ('谌', &["chen", "shen"]),
    ('费', &["fei", "bi"]),
    ('晟', &["sheng", "cheng"]),
    ('俟', &["si", "qi"]),
    ('澹', &["dan", "tan"]),
    ('句', &["ju", "gou"]),
    ('番', &["fan", "pan"]),
    ('埔', &["bu", "pu"]),
    ('莞', &["guan", "wan"]),
    ('莘', &["shen", "xin"]),
    ('歙', &["she", "xi"]),
    ('泷', &["long", "shuang"]),
    ('枞', &["zong", "cong"]),
    ('栎', &["li", "yue"]),
    ('圩', &["wei", "xu"]),
    ('渑', &["mian", "sheng"]),
    ('峒', &["dong", "tong"]),
    ('龟', &["gui", "qiu", "jun"]),
    ('颉', &["jie", "xie"]),
    ('壳', &["ke", "qiao"]),
    ('强', &["qiang", "jiang"]),
    ('省', &["sheng", "xing"]),
    ('兴', &["xing"]),
    ('虹', &["hong", "jiang"]),
    ('屏', &["ping", "bing"]),
    ('拓', &["tuo", "ta"]),
    ('核', &["he", "hu"]),
    ('纤', &["xian", "qian"]),
    ('粘', &["nian", "zhan"]),
    ('模', &["mo", "mu"]),
    ('识', &["shi", "zhi"]),
    ('属', &["shu", "zhu"]),
    ('熨', &["yun", "yu"]),
    ('仔', &["zi", "zai"]),
    ('著', &["zhu", "zhuo"]),
    ('椎', &["zhui", "chui"]),
    ('氏', &["shi", "zhi"]),
    ('术', &["shu", "zhu"]),
    ('约', &["yue", "yao"]),
    ('钥', &["yao", "yue"]),
    ('见', &["jian", "xian"]),
    ('契', &["qi", "xie"]),
    ('合', &["he", "ge"]),
    ('家', &["jia", "jie", "gu"]),
    ('亟', &["ji", "qi"]),
    ('碌', &["lu", "liu"]),
    ('姥', &["lao", "mu"]),
    ('百', &["bai", "bo"]),
    ('陂', &["bei", "pi", "po"]),
    ('犍', &["jian", "qian"]),
    ('宕', &["dang"]),
    ('伽', &["jia", "qie", "ga"]),
    ('茄', &["qie", "jia"]),
    ('尾', &["wei", "yi"]),
    ('吁', &["yu", "xu"]),
    ('券', &["quan", "xuan"]),
    ('栅', &["zha", "shan"]),
    ('凹', &["ao", "wa"]),
    ('扁', &["bian", "pian"]),
    ('炮', &["pao", "bao"]),
    ('暴', &["bao", "pu"]),
    ('射', &["she", "ye", "yi"]),
    ('澄', &["cheng", "deng"]),
    ('厕', &["ce", "si"]),
    ('坊', &["fang"]),
    ('钭', &["tou", "dou"]),
    ('隽', &["juan", "jun"]),
    ('褚', &["chu", "zhe"]),
    ('蠡', &["li"]),
    ('峙', &["zhi", "shi"]),
    ('柞', &["zuo", "zha"]),
    ('镐', &["gao", "hao"]),
    ('哪', &["na", "nei"]),
    ('呢', &["ne", "ni"]),
    ('这', &["zhe", "zhei"]),
    ('谁', &["shei", "shui"]),
    ('熟', &["shu", "shou"]),
    ('剥', &["bo", "bao"]),
    ('嘲', &["chao", "zhao"]),
    ('绰', &["chuo", "chao"]),
    ('膀', &["bang", "pang"]),
    ('磅', &["bang", "pang"]),
    ('槟', &["bin", "bing"]),
    ('腌', &["yan", "a"]),
    ('拗', &["ao", "niu"]),
    ('扒', &["ba", "pa"]),
    ('耙', &["ba", "pa"]),
    ('脯', &["fu", "pu"]),
    ('夹', &["jia", "ga"]),
    ('烙', &["lao", "luo"]),
    ('潦', &["lao", "liao"]),
    ('勒', &["le", "lei"]),
    ('捋', &["lv", "luo"]),
    ('偻', &["lou", "lv"]),
    ('抹', &["mo", "ma"]),
    ('糜', &["mi", "mei"]),
    ('疟', &["nve", "yao"]),
    ('刹', &["cha", "sha"]),
    ('掸', &["dan", "shan"]),
    ('拾', &["shi", "she"]),
    ('缩', &["suo", "su"]),
    ('褪', &["tui", "tun"]),
    ('恶', &["e", "wu"]),
    ('邪', &["xie", "ye"]),
    ('噱', &["xue", "jue"]),
    ('荨', &["qian", "xun"]),
    ('攒', &["zan", "cuan"]),
    ('撮', &["cuo", "zuo"]),
    ('藉', &["jie", "ji"]),
    ('槛', &["jian", "kan"]),
    ('侥', &["jiao", "yao"]),
    ('脚', &["jiao", "jue"]),
    ('缴', &["jiao", "zhuo"]),
    ('括', &["kuo", "gua"]),
    ('纶', &["lun", "guan"]),
    ('呱', &["gua", "gu"]),
    ('鹄', &["gu", "hu"]),
    ('豁', &["huo", "hua"]),
    ('咀', &["ju", "zui"]),
    ('咯', &["ka", "ge", "lo"]),
    ('貉', &["hao", "he"]),
    ('荠', &["ji", "qi"]),
    ('迹', &["ji"]),
];

/// Characters with one reading.
const ONE: &[(char, &str)] = &[
    ('青', "qing"),
    ('禾', "he"),
    ('科', "ke"),
    ('技', "ji"),
    ('云', "yun"),
    ('智', "zhi"),
    ('创', "chuang"),
    ('新', "xin"),
    ('源', "yuan"),
    ('海', "hai"),
    ('天', "tian"),
    ('华', "hua"),
    ('东', "dong"),
    ('方', "fang"),
    ('吕', "lv"),
    ('女', "nv"),
    ('电', "dian"),
    ('光', "guang"),
    ('林', "lin"),
    ('木', "mu"),
    ('山', "shan"),
    ('水', "shui"),
    ('火', "huo"),
    ('农', "nong"),
    ('业', "ye"),
    ('星', "xing"),
    ('辰', "chen"),
    ('软', "ruan"),
];

/// A stream of numbers that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % n as u64).unwrap_or(0)
    }
}

type Name = Vec<(char, Vec<&'static str>)>;

/// How many of the names have a character of several readings; every such character is in one of them, and every other
/// name has two.
const POLYPHONES: usize = 200;

/// 2,000 different names of three to six characters.
fn names() -> Vec<Name> {
    let many: Vec<_> = MANY.iter().filter(|(_, readings)| readings.len() > 1).collect();
    let one: Vec<_> = MANY.iter().filter(|(_, readings)| readings.len() == 1).map(|(c, r)| (*c, r[0])).collect();
    let one: Vec<_> = ONE.iter().copied().chain(one).collect();
    assert!(many.len() <= POLYPHONES, "a name for each: {}", many.len());
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    let mut all: Vec<Name> = Vec::new();
    while all.len() < 2000 {
        let mut name = Vec::new();
        for at in 0..3 + dice.below(4) {
            let several = match at {
                0 if all.len() < POLYPHONES => Some(many[all.len() % many.len()]),
                1 if all.len() < POLYPHONES && all.len().is_multiple_of(2) => Some(many[dice.below(many.len())]),
                _ => None,
            };
            name.push(several.map_or_else(
                || {
                    let (c, reading) = one[dice.below(one.len())];
                    (c, vec![reading])
                },
                |(c, readings)| (*c, readings.to_vec()),
            ));
        }
        if !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

fn written(name: &[(char, Vec<&'static str>)]) -> String {
    name.iter().map(|(c, _)| *c).collect()
}

/// Every way to read a name: each reading of a character with each of the others.
fn ways(name: &[(char, Vec<&'static str>)]) -> Vec<Vec<&'static str>> {
    name.iter().fold(vec![Vec::new()], |ways, (_, readings)| {
        let longer = |way: Vec<&'static str>| {
            readings.iter().map(move |reading| way.iter().copied().chain([*reading]).collect::<Vec<_>>())
        };
        ways.into_iter().flat_map(longer).collect()
    })
}

#[test]
fn two_thousand_names_are_found_by_every_reading() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    let (mut asked, mut missed) = (0, Vec::new());
    let names = names();
    let several = |name: &&Name| name.iter().any(|(_, readings)| readings.len() > 1);
    assert_eq!((names.len(), names.iter().filter(several).count()), (2000, POLYPHONES));
    for name in &names {
        let text = written(name);
        let spelt = Spelt::new(&text);
        let mut typed: Vec<String> = vec![text.clone(), name.iter().skip(1).map(|(c, _)| *c).collect()];
        for way in ways(name) {
            let whole = way.concat();
            typed.push(way.iter().map(|reading| &reading[..1]).collect());
            typed.push(whole.replace('v', "ü"));
            // Each character in a manner of its own, as people mix them.
            let mixed = name.iter().zip(&way).map(|((c, _), reading)| match dice.below(3) {
                0 => c.to_string(),
                1 => (*reading).to_owned(),
                _ => reading[..1].to_owned(),
            });
            typed.push(mixed.collect());
            // Broken off while typing.
            typed.push(whole[..whole.len() - 1].to_owned());
            typed.push(whole);
        }
        for typed in typed {
            asked += 1;
            if Wanted::new(&typed).and_then(|wanted| wanted.find(&spelt)).is_none() {
                missed.push(format!("{text}：{typed}"));
            }
        }
    }
    assert!(asked > 15_000, "the names were asked for: {asked}");
    assert!(missed.is_empty(), "{} of {asked} not found, such as {:?}", missed.len(), &missed[..missed.len().min(20)]);
}

#[test]
fn a_name_typed_whole_in_any_reading_is_shown_among_two_thousand() {
    let mut office = crate::office::Office::open("search-names", "2021-09-25");
    let mentor = kind("mentor").expect("mentors");
    let names = names();
    office
        .desk
        .store_mut()
        .change("许多", |tx| {
            for name in &names {
                let mut record = Record::empty(mentor, 0);
                record.set(mentor, "name", Some(Value::text(written(name))));
                tx.insert(incubator::record::shape("mentor").expect("mentors"), record)?;
            }
            Ok(())
        })
        .expect("added");
    let mut missed = Vec::new();
    for name in &names[..POLYPHONES] {
        let text = written(name);
        for typed in ways(name).into_iter().map(|way| way.concat()).chain([text.clone()]) {
            let found = office.desk.search(&typed).expect("searched");
            if !found.iter().flat_map(|group| &group.hits).any(|hit| hit.label == text) {
                missed.push(format!("{text}：{typed}"));
            }
        }
    }
    assert!(missed.is_empty(), "{} not shown, such as {:?}", missed.len(), &missed[..missed.len().min(20)]);
}

#[test]
fn the_best_is_found_however_many_others_there_are() {
    let mut office = crate::office::Office::open("search-many", "2021-09-25");
    let mentor = kind("mentor").expect("mentors");
    let add = |tx: &mut incubator::store::Tx<'_>, name: String, field: &str| {
        let mut record = Record::empty(mentor, 0);
        record.set(mentor, "name", Some(Value::text(name)));
        record.set(mentor, "field", Some(Value::text(field)));
        tx.insert(incubator::record::shape("mentor").expect("mentors"), record)
    };
    office
        .desk
        .store_mut()
        .change("许多", |tx| {
            for i in 0..1500 {
                add(tx, format!("导师{i}"), "覃晟教育")?;
            }
            add(tx, "覃晟".to_owned(), "")
        })
        .expect("added");
    for typed in ["覃晟", "qinsheng", "tancheng", "qs"] {
        let found = office.desk.search(typed).expect("searched");
        let group = found.first().expect("mentors");
        let hit = group.hits.first().map(|hit| hit.label.as_str());
        assert_eq!(
            hit,
            Some("覃晟"),
            "{typed}: the name comes before 1,500 that only mention it, and was entered last"
        );
        assert_eq!(group.hits.len() + group.more, 1501, "{typed}: all of them are counted");
    }
}

#[test]
fn one_box_finds_records_of_every_kind_forms_and_programmes() {
    let folder = std::env::temp_dir().join(format!("taizhang-search-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let today = NaiveDate::from_ymd_opt(2021, 9, 21).expect("a day");
    let mut desk = Desk::open(&folder, "test", today).expect("opens");
    desk.open_sample().expect("the sample");
    let groups = |desk: &Desk, typed: &str| desk.search(typed).expect("searched");
    assert!(groups(&desk, "  ").is_empty(), "nothing typed finds nothing");
    // A record of each list of the sample is found by its own label, and leads to itself.
    let mut missed = Vec::new();
    let mut tried = std::collections::BTreeSet::new();
    for list in desk.kinds() {
        let Some(record) = desk.list(list.name).expect("a list").into_iter().next() else { continue };
        let label = record["label"].as_str().expect("a label").to_owned();
        let found = groups(&desk, &label);
        let id = record["id"].as_i64();
        let there = found.iter().flat_map(|g| &g.hits).any(|hit| {
            let target = serde_json::to_value(&hit.target).expect("a target");
            // A text of a form bears the names that people know, not the codes that it is kept under.
            let named =
                if list.of == "text_block" { hit.label.starts_with("众创空间") } else { hit.label == label };
            target["room"] == "records" && target["ids"][0].as_i64() == id && named
        });
        tried.insert(list.of);
        if !there {
            missed.push(format!("{} “{label}”", list.name));
        }
    }
    assert_eq!(missed, [""; 0], "every kind that has a record is found by it");
    let rest: std::collections::BTreeSet<_> = desk.kinds().into_iter().map(|list| list.of).collect();
    let rest: Vec<_> = rest.difference(&tried).copied().collect();
    assert_eq!(rest, [""; 0], "and the sample has a record of every kind");
    let forms = groups(&desk, "zckjtjjcbb");
    assert!(forms.iter().any(|g| g.label == "报表与附表"), "众创空间统计监测报表 by its initials: {forms:?}");

    // A change is seen at the next key.
    let team = kind("tenant").expect("tenants");
    desk.store_mut()
        .change("添加", |tx| {
            let mut record = Record::empty(team, 0);
            record.set(team, "name", Some(Value::text("重庆行乐单车")));
            record.set(team, "entered_as", Some(Value::text("创业团队")));
            record.set(team, "moved_in_on", Some(Value::Date(today)));
            tx.insert(incubator::record::shape("team").expect("teams"), record)
        })
        .expect("added");
    for typed in ["zhongqinghangyue", "cqxldc", "重q行le"] {
        let found = groups(&desk, typed);
        assert!(found.iter().any(|g| g.hits.iter().any(|h| h.label == "重庆行乐单车")), "{typed}: {found:?}");
    }
    std::fs::remove_dir_all(&folder).expect("cleared");
}

#[test]
fn what_is_found_follows_every_change_as_if_all_were_read_anew() {
    let folder = std::env::temp_dir().join(format!("taizhang-search-follows-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let today = NaiveDate::from_ymd_opt(2021, 9, 21).expect("a day");
    let open = || Desk::open(&folder, "test", today).expect("opens");
    let mut desk = open();
    desk.open_sample().expect("the sample");
    let (tenant, snapshot) = (kind("tenant").expect("tenants"), kind("snapshot").expect("head-counts"));
    let counted = desk.store().ledger().expect("records").rows(snapshot)[0].field(snapshot, "tenant").cloned();
    let id = counted.as_ref().and_then(Value::as_int).expect("whose it is");
    let old = {
        let ledger = desk.store().ledger().expect("records");
        ledger.label(tenant, ledger.get(tenant, id).expect("the team"))
    };
    let groups = |desk: &Desk, typed: &str| -> Vec<String> {
        let found = desk.search(typed).expect("searched");
        // A file keeps the name under which it was taken in.
        let named = found.into_iter().filter(|g| g.label != "佐证材料" && g.hits.iter().any(|h| h.found.is_empty()));
        named.map(|g| g.label).collect()
    };
    let before = groups(&desk, &old);
    assert!(before.len() >= 2, "the team and what bears its name: {before:?}");
    assert!(groups(&desk, "loulanguguo").is_empty(), "nobody is called so yet");

    desk.store_mut()
        .change("改名", |tx| {
            let mut record = tx.rows(tenant)?.into_iter().find(|r| r.id == id).expect("the team");
            record.set(tenant, "name", Some(Value::text("楼兰古国")));
            tx.update(incubator::record::shape("tenant").expect("tenants"), record)
        })
        .expect("renamed");
    assert_eq!(groups(&desk, "loulanguguo"), before, "its head-counts and papers bear the new name at once");
    let probes = ["loulan", &old, "chongqing", "协议", "2021", "zs", "13", "a", "创业 导师"];
    let same = |desk: Desk, why: &str| -> Desk {
        let now: Vec<_> = probes.iter().map(|typed| desk.search(typed).expect("searched")).collect();
        drop(desk);
        let anew = open();
        let unready = anew.unready().expect("asked").expect("nothing is ready in a desk just opened");
        anew.take_ready(unready.ready());
        assert!(anew.unready().expect("asked").is_none(), "and then all of it");
        let read: Vec<_> = probes.iter().map(|typed| anew.search(typed).expect("searched")).collect();
        assert!(now == read, "{why}: as if all were read anew");
        anew
    };
    desk = same(desk, "renamed");
    desk.undo().expect("undone");
    assert!(groups(&desk, "loulanguguo").is_empty(), "the name is gone with the step");
    assert_eq!(groups(&desk, &old), before, "and the old one is back");
    desk = same(desk, "taken back");
    let last = desk.store().ledger().expect("records").rows(snapshot).last().map(|r| r.id).expect("one");
    desk.delete_all("snapshot", &[last]).expect("deleted");
    desk = same(desk, "deleted");
    // More changes than are followed one by one.
    let mentor = kind("mentor").expect("mentors");
    desk.store_mut()
        .change("许多", |tx| {
            for i in 0..600 {
                let mut record = Record::empty(mentor, 0);
                record.set(mentor, "name", Some(Value::text(format!("楼兰导师{i}"))));
                tx.insert(incubator::record::shape("mentor").expect("mentors"), record)?;
            }
            Ok(())
        })
        .expect("added");
    desk = same(desk, "many");
    drop(desk);
    std::fs::remove_dir_all(&folder).expect("cleared");
}
