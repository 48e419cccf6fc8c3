// Where keys lead in a grid, and what a selection covers. Nothing here knows a record.

export type Spot = { row: number; column: number };
export type Block = { top: number; bottom: number; left: number; right: number };

export const blockOf = (a: Spot, b: Spot): Block => ({
  top: Math.min(a.row, b.row),
  bottom: Math.max(a.row, b.row),
  left: Math.min(a.column, b.column),
  right: Math.max(a.column, b.column),
});

export const holds = (block: Block, row: number, column: number): boolean =>
  row >= block.top && row <= block.bottom && column >= block.left && column <= block.right;

const within = (value: number, most: number): number => Math.max(0, Math.min(most, value));

/** Where a key leads from a spot; null for a key that leads nowhere. */
export function led(
  key: string,
  ctrl: boolean,
  from: Spot,
  rows: number,
  columns: number,
  page: number,
): Spot | null {
  const [lastRow, lastColumn] = [rows - 1, columns - 1];
  const to = (row: number, column: number): Spot => ({ row: within(row, lastRow), column: within(column, lastColumn) });
  switch (key) {
    case 'ArrowUp':
      return to(ctrl ? 0 : from.row - 1, from.column);
    case 'ArrowDown':
      return to(ctrl ? lastRow : from.row + 1, from.column);
    case 'ArrowLeft':
      return to(from.row, ctrl ? 0 : from.column - 1);
    case 'ArrowRight':
      return to(from.row, ctrl ? lastColumn : from.column + 1);
    case 'Home':
      return to(ctrl ? 0 : from.row, 0);
    case 'End':
      return to(ctrl ? lastRow : from.row, lastColumn);
    case 'PageUp':
      return to(from.row - page, from.column);
    case 'PageDown':
      return to(from.row + page, from.column);
    default:
      return null;
  }
}

/** The next cell for Tab: at the end of a row, the first of the next one; null beyond the last cell. */
export function tabbed(back: boolean, from: Spot, rows: number, columns: number): Spot | null {
  const place = from.row * columns + from.column + (back ? -1 : 1);
  if (place < 0 || place >= rows * columns) return null;
  return { row: Math.floor(place / columns), column: place % columns };
}

/** One cell as Excel writes it when it has breaks or quotes in it. */
const QUOTED = /^"(?:[^"]|"")*"$/;
const unended = (text: string): string => text.replace(/\r?\n$/, '');

/** Whether a pasted text is more than one cell. Excel ends even a single one with a line break. */
export const isBlock = (text: string): boolean => !QUOTED.test(unended(text)) && /[\t\n\r]/.test(unended(text));

/** The one cell of a pasted text: without the break behind it, and out of the quotes that Excel puts around breaks. */
export function oneCell(text: string): string {
  const cell = unended(text);
  return QUOTED.test(cell) && /[\n"]/.test(cell.slice(1, -1)) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
}

/** A pasted text on a selection: one value fills all of it, one row every row of it, as in a spreadsheet. */
export function spread(text: string, rows: number, columns: number): string {
  const one = unended(text);
  const whole = QUOTED.test(one);
  if (!whole && one.replace(/(^|\t)"(?:[^"]|"")*"(?=\t|$)/g, '').includes('\n')) return text;
  const row = whole || !one.includes('\t') ? Array.from({ length: columns }, () => one).join('\t') : one;
  return Array.from({ length: rows }, () => row + '\r\n').join('');
}

const PARTS = /[、，,;；]/;
export const partsOf = (text: string): string[] => text.split(PARTS).map((part) => part.trim()).filter(Boolean);

/** What is being looked for in a field of many names: what stands behind the last mark between them. */
export const lastPart = (text: string): string => (text.split(PARTS).at(-1) ?? '').trim();

/** A field of many names with one more: it takes the place of what was typed to find it, and of no name that stood there. */
export function joined(text: string, name: string, before: string): string {
  const names = partsOf(text);
  const last = lastPart(text);
  if (last !== '' && !partsOf(before).includes(last)) names.pop();
  return [...new Set([...names, name])].join('、') + '、';
}

/** The columns to show, in the person's order; new ones stand where the core puts them. */
export function arranged<T extends { name: string; names: boolean }>(
  all: T[],
  layout: { order?: string[]; hidden?: string[] },
): T[] {
  const order = layout.order ?? [];
  const place = (column: T, at: number) => {
    const own = order.indexOf(column.name);
    if (own >= 0) return own;
    // Behind its neighbour in the core's order.
    for (let i = at - 1; i >= 0; i--) {
      const known = order.indexOf(all[i]?.name ?? '');
      if (known >= 0) return known + 0.5;
    }
    return -1;
  };
  const shown = all.filter((c) => c.names || !(layout.hidden ?? []).includes(c.name));
  if (order.length === 0) return shown;
  const placed = shown.map((column) => ({ column, at: column.names ? -2 : place(column, all.indexOf(column)) }));
  return placed.sort((a, b) => a.at - b.at).map((p) => p.column);
}
