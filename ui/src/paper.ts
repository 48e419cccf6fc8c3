// How the boxes of a paper stand in the rows of a table.
import type { GridBox, GridRow } from './types';

/** A box, or a gap of so many columns of bare paper before the next one. */
export type Slot = { box: GridBox } | { gap: number };

/** The pages of a paper: rows between page breaks. */
export function pages(rows: GridRow[]): GridRow[][] {
  const pages: GridRow[][] = [];
  for (const row of rows) {
    if (row.new_page || pages.length === 0) pages.push([]);
    pages.at(-1)?.push(row);
  }
  return pages;
}

/** Each row of a page from left to right. Columns that a taller box from above takes need nothing; others that are free need a gap. */
export function slots(rows: GridRow[]): Slot[][] {
  const taken = rows.map(() => new Set<number>());
  return rows.map((row, at) => {
    const line: Slot[] = [];
    let next = 0;
    for (const box of row.boxes) {
      let gap = 0;
      for (; next < box.column; next += 1) if (!taken[at]?.has(next)) gap += 1;
      if (gap > 0) line.push({ gap });
      line.push({ box });
      next = box.column + box.columns;
      for (let below = at + 1; below < at + box.rows; below += 1) {
        for (let column = box.column; column < next; column += 1) taken[below]?.add(column);
      }
    }
    return line;
  });
}
