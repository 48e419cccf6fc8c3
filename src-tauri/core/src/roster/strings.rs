//! The strings of a workbook that its cells share.

use super::sheet::{MAX_CELLS, MAX_TEXT};

/// Text that is held at a time, of which a roster has a third.
const MOST: usize = MAX_TEXT / 3 * 2;

/// The shared strings side by side.
#[derive(Default)]
pub(super) struct Strings {
    blocks: Vec<String>,
    /// Block, beginning and end of each.
    at: Vec<(u32, u32, u32)>,
    bytes: usize,
}

impl Strings {
    /// Bytes of a block, if no string is longer.
    const BLOCK: usize = 1 << 20;

    /// The string of this number.
    pub fn get(&self, at: usize) -> Option<&str> {
        let (block, from, to) = *self.at.get(at)?;
        self.blocks.get(block as usize)?.get(from as usize..to as usize)
    }

    /// Adds the next one.
    pub fn push(&mut self, text: &str) {
        self.bytes += text.len();
        let full = |block: &String| block.capacity() - block.len() < text.len();
        if self.blocks.last().is_none_or(full) {
            self.blocks.push(String::with_capacity(text.len().max(Strings::BLOCK)));
        }
        let count = self.blocks.len();
        let Some(block) = self.blocks.last_mut() else { return };
        let place = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let from = place(block.len());
        block.push_str(text);
        self.at.push((place(count - 1), from, place(block.len())));
    }
    /// Whether they are more than those of any roster.
    pub fn is_too_much(&self) -> bool {
        self.bytes > MOST || self.at.len() > MAX_CELLS
    }
}
