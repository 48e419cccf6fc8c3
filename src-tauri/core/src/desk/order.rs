//! The order of Chinese text: by pinyin, as a Chinese dictionary and Excel have it.

use std::sync::{Arc, LazyLock};

use pinyin::ToPinyin;

/// Hanzi with pinyin lie here: extension A and the basic block.
const FIRST: u32 = 0x3400;
const LAST: u32 = 0x9FFF;
/// Above every other sign that has a place by its code point.
const HANZI: u32 = 0x0020_0000;

/// Place of each hanzi among all of them, by syllable, tone and code point. One that has no pinyin stands last.
static PLACES: LazyLock<Vec<u32>> = LazyLock::new(|| {
    let mut all: Vec<(String, u32)> = (FIRST..=LAST)
        .map(|code| {
            let said = char::from_u32(code).and_then(|c| c.to_pinyin()).map(|p| p.with_tone_num_end());
            // lü stands behind lu and before luan.
            (said.map_or_else(|| "~".to_owned(), |p| p.replace('ü', "u_")), code)
        })
        .collect();
    all.sort_unstable();
    let mut places = vec![0; all.len()];
    for (place, (_, code)) in (HANZI..).zip(all) {
        if let Some(slot) = places.get_mut((code - FIRST) as usize) {
            *slot = place;
        }
    }
    places
});

/// A text as the numbers by which it sorts: signs and digits, then letters whatever their case, then hanzi by pinyin.
/// A character of several readings stands under its commonest one, as it does in Excel.
pub(super) fn key(text: &str) -> Arc<[u32]> {
    text.chars()
        .map(|c| {
            let code = u32::from(c);
            match PLACES.get(code.wrapping_sub(FIRST) as usize) {
                Some(place) if code >= FIRST => *place,
                _ => u32::from(c.to_ascii_lowercase()),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_as_in_a_chinese_dictionary() {
        let mut names =
            ["张三", "b队", "李四", "A队", "阿里", "1号", "赵六", "钰涵", "昱辰", "吕布", "刘备", "陆逊", "栾平"];
        names.sort_by_key(|name| key(name));
        assert_eq!(
            names,
            // 昱 and 钰 are one syllable: the lower code point, which also has fewer strokes, stands first.
            ["1号", "A队", "b队", "阿里", "李四", "刘备", "陆逊", "吕布", "栾平", "昱辰", "钰涵", "张三", "赵六"]
        );
    }
}
