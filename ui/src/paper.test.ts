import { expect, test } from 'vitest';
import { pages, slots } from './paper';
import type { GridBox, GridRow } from './types';

const box = (column: number, columns = 1, rows = 1): GridBox => ({
  column, columns, rows, text: '', align: 'left', top: false, bold: false, size: 10, border: 'all',
});
const row = (boxes: GridBox[], new_page = false): GridRow => ({ height: 20, new_page, boxes });
const shape = (rows: GridRow[]) => slots(rows).map((line) => line.map((s) => ('gap' in s ? `-${s.gap}` : `${s.box.column}`)).join(' '));

test('a tall box holds its columns in the rows below, other free columns are bare paper', () => {
  expect(shape([row([box(0, 1, 2), box(1, 2)]), row([box(2)]), row([box(2)])])).toEqual(['0 1', '-1 2', '-2 2']);
  expect(shape([row([box(0, 2, 2), box(2)]), row([box(2)])]), 'nothing between: no gap').toEqual(['0 2', '2']);
});

test('a page begins where the paper says', () => {
  expect(pages([row([box(0)]), row([box(0)], true), row([box(0)])]).map((p) => p.length)).toEqual([1, 2]);
});
