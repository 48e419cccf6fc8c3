//! Finding Chinese text by what a person types: 汉字, full pinyin, initials, or a mixture, with every legal
//! reading of a character (重庆 by chongqing, zhongqing, cq, zq). ü may be typed v, u or ü.

use std::collections::HashMap;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

/// Characters whose readings are held in a table: CJK with extension A. Those of the other extensions, which names
/// have now and then, and 〇 are looked up when they come.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9fff;

/// Letters of a word that count; nobody types more to find something.
const LONGEST: usize = 60;

/// Readings that dictionaries give only within a name: of two characters, of a family (谌 Shèn, 费 Bì, 黑 Hè) or of a place
/// (乐亭 Làotíng).
const IN_NAMES: &[(char, &str)] = &[
    ('万', "mo"),
    ('俟', "qi"),
    ('澹', "tan"),
    ('尉', "yu"),
    ('冒', "mo"),
    ('员', "yun"),
    ('乐', "lao"),
    ('乐', "yao"),
    ('谌', "shen"),
    ('费', "bi"),
    ('黑', "he"),
];

static READINGS: LazyLock<Vec<Box<[String]>>> =
    LazyLock::new(|| (FIRST..=LAST).map(|c| char::from_u32(c).map_or_else(Box::default, read)).collect());

/// The same for the others.
static RARE: LazyLock<HashMap<char, Box<[String]>>> = LazyLock::new(|| {
    let rare = ('\u{3007}'..='\u{3007}').chain('\u{f900}'..='\u{faff}').chain('\u{20000}'..='\u{323af}');
    rare.map(|c| (c, read(c))).filter(|(_, readings)| !readings.is_empty()).collect()
});

/// Every reading of a character in plain letters, ü as v, u and yu.
fn read(c: char) -> Box<[String]> {
    let mut all: Vec<String> = Vec::new();
    let mut add = |reading: String| {
        if reading.bytes().all(|b| b.is_ascii_lowercase()) && !all.contains(&reading) {
            all.push(reading);
        }
    };
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let plain = reading.plain();
        if plain.contains('ü') {
            for written in ["v", "u", "yu"] {
                add(plain.replace('ü', written));
            }
        } else {
            add(plain.to_owned());
        }
    }
    for (_, reading) in IN_NAMES.iter().filter(|(of, _)| *of == c) {
        add((*reading).to_owned());
    }
    all.into_boxed_slice()
}

fn readings(c: char) -> &'static [String] {
    match u32::from(c) {
        at @ FIRST..=LAST => READINGS.get((at - FIRST) as usize).map_or(&[], |all| all),
        0x3007 | 0xf900..=0xfaff | 0x20000..=0x323af => RARE.get(&c).map_or(&[], |all| all),
        _ => &[],
    }
}

/// Full-width letters and digits as plain ones, capitals as small ones.
fn plain(c: char) -> char {
    let c = match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    match c {
        'ü' | 'Ü' => 'v',
        c => c.to_lowercase().next().unwrap_or(c),
    }
}

/// Whether a character may be passed over in the middle of a word: space and punctuation.
fn passed_over(c: char) -> bool {
    !c.is_alphanumeric()
}

/// What a person types: words, all of which must be found.
#[derive(Debug, Clone)]
pub struct Wanted(Vec<Word>);

#[derive(Debug, Clone)]
struct Word {
    letters: Vec<char>,
    /// The letters and digits that a text must be able to give.
    needs: u64,
}

/// A text made ready to be searched.
#[derive(Debug, Clone)]
pub struct Spelt {
    letters: Box<[char]>,
    /// The letters and digits that it can give.
    gives: u64,
}

fn bit(c: char) -> u64 {
    match c {
        'a'..='z' => 1 << (u32::from(c) - u32::from('a')),
        '0'..='9' => 1 << (26 + u32::from(c) - u32::from('0')),
        _ => 0,
    }
}

impl Spelt {
    /// Makes a text ready; the reading of each character is looked up once.
    pub fn new(text: &str) -> Spelt {
        let letters: Box<[char]> = text.chars().map(plain).collect();
        let spelt = |c: &char| bit(*c) | readings(*c).iter().flat_map(|r| r.chars()).map(bit).fold(0, |a, b| a | b);
        let gives = letters.iter().map(spelt).fold(0, |a, b| a | b);
        Spelt { letters, gives }
    }

    /// Its length in characters.
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }
}

impl Wanted {
    /// Reads what was typed; nothing when no letter is in it.
    pub fn new(typed: &str) -> Option<Wanted> {
        let words: Vec<Word> = typed
            .split(char::is_whitespace)
            .map(|word| word.chars().map(plain).filter(|c| c.is_alphanumeric()).take(LONGEST).collect::<Vec<char>>())
            .filter(|letters| !letters.is_empty())
            .map(|letters| Word { needs: letters.iter().copied().map(bit).fold(0, |a, b| a | b), letters })
            .collect();
        (!words.is_empty()).then_some(Wanted(words))
    }

    /// Where a text first gives the words: the place of the earliest, counted in characters; `None` when one is
    /// not in it.
    pub fn find(&self, text: &Spelt) -> Option<usize> {
        let mut first = usize::MAX;
        for word in &self.0 {
            if word.needs & !text.gives != 0 {
                return None;
            }
            let found = (0..text.letters.len())
                .find(|at| !passed_over(text.letters[*at]) && begins(&text.letters[*at..], &word.letters))?;
            first = first.min(found);
        }
        Some(first)
    }
}

/// Whether a text begins with a word: character by character itself, by a reading of it, by the beginning of a
/// reading where the word ends there, or by its initial (zh, ch, sh or one letter).
fn begins(text: &[char], word: &[char]) -> bool {
    let end = word.len();
    // Places of the word that the text so far can have come to: all ways are followed at once.
    let mut reached: u64 = 1;
    for c in text {
        let mut next = if passed_over(*c) { reached } else { 0 };
        let readings = readings(*c);
        for at in (0..end).filter(|at| reached & (1 << at) != 0) {
            let rest = &word[at..];
            if *c == rest[0] {
                next |= 1 << (at + 1);
            }
            for reading in readings {
                let same = reading.chars().zip(rest).take_while(|(a, b)| a == *b).count();
                for taken in 1..=same {
                    let initial = taken == 1 || (taken == 2 && reading.as_bytes().get(1) == Some(&b'h'));
                    if initial || taken == reading.len() || taken == rest.len() {
                        next |= 1 << (at + taken);
                    }
                }
            }
        }
        if next & (1 << end) != 0 {
            return true;
        }
        if next == 0 {
            return false;
        }
        reached = next;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(text: &str, typed: &str) -> bool {
        Wanted::new(typed).and_then(|wanted| wanted.find(&Spelt::new(text))).is_some()
    }

    #[test]
    fn characters_pinyin_initials_and_mixtures_find() {
        for (text, typed) in [
            ("重庆青禾科技", "chongqing"),
            ("重庆青禾科技", "zhongqing"),
            ("重庆青禾科技", "cqqh"),
            ("重庆青禾科技", "重qq禾keji"),
            ("重庆青禾科技", "qinghe"),
            ("重庆青禾科技", "kej"),
            ("吕绿", "lvlv"),
            ("吕绿", "lülü"),
            ("吕绿", "lulv"),
            ("银行", "yinhang"),
            ("行走", "xingzou"),
            ("单雄信", "shanxiong"),
            ("曾国藩", "zengguofan"),
            ("音乐", "yinyue"),
            ("快乐", "kuaile"),
            ("创业 沙龙（第3期）", "cysld3q"),
            ("张三", "zhs"),
            ("西安", "xi'an"),
            ("ＡＢＣ公司", "abcgs"),
            ("北京大学", "大学 北京"),
            ("91420100MA4K", "ma4k"),
            ("〇一工作室", "lingyi"),
            ("张𬱖", "zhangdi"),
            ("李𫖮", "ly"),
        ] {
            assert!(finds(text, typed), "{typed} finds {text}");
        }
        for (text, typed) in [("重庆", "zq庆重"), ("张三", "lisi"), ("张三", "zhangsanfeng"), ("", "a"), ("北京", "")]
        {
            assert!(!finds(text, typed), "{typed} does not find {text}");
        }
    }

    #[test]
    fn many_ways_to_read_a_word_cost_no_more_than_one() {
        // 安 gives a and an, 那 gives n and na and more: each further pair doubles the ways.
        let text = "安那".repeat(200);
        assert!(finds(&text, &"an".repeat(28)), "one of the ways fits");
        assert!(!finds(&text, &format!("{}aee", "an".repeat(28))), "and none fits the other, which is soon known");
    }
}
