import { expect, test } from 'vitest';
import { arranged, blockOf, isBlock, joined, led, oneCell, spread, tabbed } from './moves';

test('keys lead where a sheet leads them, and never out of it', () => {
  const from = { row: 5, column: 2 };
  const go = (key: string, ctrl = false) => led(key, ctrl, from, 10, 4, 3);
  expect(go('ArrowUp')).toEqual({ row: 4, column: 2 });
  expect(go('ArrowDown', true)).toEqual({ row: 9, column: 2 });
  expect(go('ArrowRight', true)).toEqual({ row: 5, column: 3 });
  expect(go('Home')).toEqual({ row: 5, column: 0 });
  expect(go('Home', true)).toEqual({ row: 0, column: 0 });
  expect(go('End', true)).toEqual({ row: 9, column: 3 });
  expect(go('PageDown')).toEqual({ row: 8, column: 2 });
  expect(led('PageDown', false, { row: 8, column: 0 }, 10, 4, 3)).toEqual({ row: 9, column: 0 });
  expect(led('ArrowLeft', false, { row: 0, column: 0 }, 10, 4, 3)).toEqual({ row: 0, column: 0 });
  expect(go('x')).toBeNull();
});

test('Tab goes on in the next row and leaves the grid behind its last cell', () => {
  expect(tabbed(false, { row: 0, column: 3 }, 2, 4)).toEqual({ row: 1, column: 0 });
  expect(tabbed(true, { row: 1, column: 0 }, 2, 4)).toEqual({ row: 0, column: 3 });
  expect(tabbed(false, { row: 1, column: 3 }, 2, 4)).toBeNull();
  expect(tabbed(true, { row: 0, column: 0 }, 2, 4)).toBeNull();
});

test('a selection has the same block whichever corner it began at', () => {
  const block = { top: 1, bottom: 4, left: 0, right: 3 };
  expect(blockOf({ row: 4, column: 0 }, { row: 1, column: 3 })).toEqual(block);
  expect(blockOf({ row: 1, column: 3 }, { row: 4, column: 0 })).toEqual(block);
});

test('one cell from Excel is one cell, whatever is in it', () => {
  expect(isBlock('甲\r\n')).toBe(false);
  expect(isBlock('"一\n二"\r\n')).toBe(false);
  expect(isBlock('甲\t乙')).toBe(true);
  expect(isBlock('甲\n乙')).toBe(true);
  expect(oneCell('甲\r\n')).toBe('甲');
  expect(oneCell('"一\n""二"""\r\n')).toBe('一\n"二"');
  expect(oneCell('"甲"')).toBe('"甲"');
});

test('columns stand as the person put them, and a new field has its place', () => {
  const all = ['name', 'a', 'b', 'c'].map((name) => ({ name, names: name === 'name' }));
  const names = (layout: Parameters<typeof arranged>[1], from = all) => arranged(from, layout).map((c) => c.name);
  expect(names({})).toEqual(['name', 'a', 'b', 'c']);
  expect(names({ hidden: ['b', 'name'] })).toEqual(['name', 'a', 'c']);
  expect(names({ order: ['name', 'c', 'a', 'b'] })).toEqual(['name', 'c', 'a', 'b']);
  const grown = [...all.slice(0, 2), { name: 'new', names: false }, ...all.slice(2)];
  expect(names({ order: ['name', 'c', 'a', 'b'] }, grown)).toEqual(['name', 'c', 'a', 'new', 'b']);
});

test('one value or one row that is pasted fills the selection, a block keeps its size', () => {
  expect(spread('甲\r\n', 2, 2)).toBe('甲\t甲\r\n甲\t甲\r\n');
  expect(spread('"一\n二"', 1, 2)).toBe('"一\n二"\t"一\n二"\r\n');
  expect(spread('甲\t"一\n二"\r\n', 2, 5)).toBe('甲\t"一\n二"\r\n甲\t"一\n二"\r\n');
  expect(spread('甲\t乙\r\n', 1, 1)).toBe('甲\t乙\r\n');
  for (const block of ['甲\r\n乙\r\n', '甲\t乙\r\n丙\t丁', '甲\r\n\r\n']) expect(spread(block, 3, 3)).toBe(block);
});

test('a name that is picked takes the place of the letters that found it, and of no name', () => {
  expect(joined('', '丙', '')).toBe('丙、');
  expect(joined('b', '丙', '')).toBe('丙、');
  expect(joined('甲、乙', '丙', '甲、乙')).toBe('甲、乙、丙、');
  expect(joined('甲、b', '丙', '甲、乙')).toBe('甲、丙、');
  expect(joined('甲，乙；', '丙', '')).toBe('甲、乙、丙、');
  expect(joined('甲、乙、甲', '甲', '甲、乙')).toBe('甲、乙、');
});
