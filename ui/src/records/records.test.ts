// The grid against a core that answers by script: what is shown, what is asked, where keys lead.
import { mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import Records from '../rooms/Records.svelte';
import RoundRoom from '../rooms/Round.svelte';
import { screen } from '../state.svelte';
import type { Column, ListRow, Round, Status } from '../types';

const column = (name: string, label: string, more: Partial<Column> = {}): Column => ({
  name,
  label,
  unit: '',
  type: 'text',
  options: [],
  editable: true,
  required: false,
  number: false,
  names: false,
  width: 120,
  section: '基本情况',
  help: '',
  ...more,
});

const columns = [
  column('name', '团队名称', { names: true, required: true }),
  column('trait', '创业特征', { type: 'choice', options: ['大学生创业', '其它'] }),
  column('count', '人数', { type: 'int', unit: '人', number: true }),
];

let rows: ListRow[];
let asked: { cmd: string; args: Record<string, unknown> }[];

const status = { folder: '/x', name: '青禾', empty: false, undo: null, redo: null, today: '2021-09-25', periods: ['2021Q3'], period: '2021Q3', forms: [], broken: [] } as unknown as Status;

const round: Round = {
  period: '2021Q3',
  as_of: '2021-09-20',
  columns: [columns[2] as Column],
  rows: [
    { tenant: 1, label: '甲队', stage: '创业团队', left_on: null, now: [''], offered: ['8'], last_on: '2021-06-20', confirmable: true, done: false },
    { tenant: 2, label: '乙队', stage: '创业团队', left_on: null, now: [''], offered: [''], last_on: null, confirmable: false, done: false },
  ],
  done: 0,
};

beforeAll(() => {
  Element.prototype.scrollIntoView = () => {};
  globalThis.ResizeObserver = class {
    observe() {}
    unobserve() {}
    disconnect() {}
  };
});

beforeEach(() => {
  rows = ['甲队', '乙队', '丙队'].map((label, i) => ({ id: i + 1, label, cells: [label, '', ''], marks: [] }));
  asked = [];
  screen.status = status;
  mockIPC((cmd, args) => {
    asked.push({ cmd, args: args as Record<string, unknown> });
    switch (cmd) {
      case 'lists':
        return [{ label: '团队与企业', lists: [{ name: 'team', label: '创业团队', kind: 'tenant', count: rows.length, addable: true }] }];
      case 'list_columns':
        return columns;
      case 'list_rows':
        return { from: 0, rows, count: rows.length, all: rows.length, totals: ['', '', '12'], apart: false };
      case 'change_cells': {
        const put = (args as { puts: { id: number; field: string; text: string }[] }).puts[0];
        if (put?.text === '坏') throw { code: 'flawed', message: '不行', flaws: [{ place: { id: put.id, field: put.field }, say: '人数“坏”不是整数' }] };
        rows = rows.map((r) => (r.id === put?.id ? { ...r, cells: r.cells.map((c, i) => (columns[i]?.name === put.field ? put.text : c)) } : r));
        return { rows: [], moved: [] };
      }
      case 'status':
        return status;
      case 'round':
      case 'round_put':
      case 'round_confirm':
        return round;
      case 'list_position':
        return 0;
      default:
        return null;
    }
  });
  vi.spyOn(console, 'error');
});

afterEach(() => {
  expect(console.error).not.toHaveBeenCalled();
  cleanup();
});

const shown = (root: HTMLElement) =>
  [...root.querySelectorAll<HTMLElement>('[data-cell="0"]')].map((c) => c.textContent?.trim());
const spot = (root: HTMLElement) => {
  const cell = root.querySelector<HTMLElement>('.active');
  return [Number(cell?.dataset.row), Number(cell?.dataset.cell)];
};

async function opened() {
  const { container } = render(Records);
  await waitFor(() => expect(shown(container).slice(0, 3)).toEqual(['甲队', '乙队', '丙队']));
  const field = container.querySelector<HTMLTextAreaElement>('.input') as HTMLTextAreaElement;
  return { container, field };
}

const type = async (field: HTMLTextAreaElement, text: string) => {
  field.value = text;
  await fireEvent.input(field);
};

test('keys move the active cell, and what is typed is saved when the cell is left', async () => {
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'ArrowRight' });
  await fireEvent.keyDown(field, { key: 'ArrowRight' });
  expect(spot(container)).toEqual([0, 2]);
  await type(field, '8');
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect(spot(container)).toEqual([1, 2]);
  await waitFor(() => expect(container.querySelector('[data-row="0"][data-cell="2"]')?.textContent).toBe('8'));
  expect(asked.find((a) => a.cmd === 'change_cells')?.args).toEqual({ list: 'team', puts: [{ id: 1, field: 'count', text: '8' }] });
  expect(container.querySelector('.total')?.textContent).toContain('12');
});

test('what the core does not take stays in its cell, with the reason', async () => {
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'End' });
  await type(field, '坏');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(container.querySelector('[data-row="0"][data-cell="2"]')?.classList.contains('wrong')).toBe(true));
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  await waitFor(() => expect(container.querySelector('.say')?.textContent).toContain('不是整数'));
});

test('a composition opens the cell at its first letter, and its Enter does not close it', async () => {
  const { container, field } = await opened();
  await fireEvent.compositionStart(field);
  await type(field, 'n');
  expect(field.classList.contains('typing')).toBe(true);
  await fireEvent.compositionEnd(field);
  await type(field, '您');
  await fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 });
  expect(spot(container)).toEqual([0, 0]);
  expect(field.value).toBe('您');
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(asked.some((a) => a.cmd === 'change_cells')).toBe(false);
});

test('sorted twice in a moment, a list keeps the last order asked for', async () => {
  const { container } = await opened();
  const heading = container.querySelector<HTMLElement>('.sort') as HTMLElement;
  const order = () => container.querySelector('[aria-sort]')?.getAttribute('aria-sort');
  void fireEvent.click(heading);
  void fireEvent.click(heading);
  const views = () => asked.filter((a) => a.cmd === 'list_rows').map((a) => (a.args as { view: { sort: unknown } }).view.sort);
  await waitFor(() => expect(views().at(-1)).toEqual({ field: 'name', down: true }));
  await new Promise((done) => setTimeout(done, 50));
  expect(order()).toBe('descending');
});

test('a choice is picked from its list by key', async () => {
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'ArrowRight' });
  await fireEvent.keyDown(field, { key: 'F2' });
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(2));
  await fireEvent.keyDown(field, { key: 'ArrowDown' });
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(asked.some((a) => a.cmd === 'change_cells')).toBe(true));
  expect(asked.find((a) => a.cmd === 'change_cells')?.args).toMatchObject({ puts: [{ field: 'trait', text: '大学生创业' }] });
});

test('in the round Enter confirms what is offered and moves on', async () => {
  const { container } = render(RoundRoom);
  await waitFor(() => expect(container.querySelectorAll('[data-at]').length).toBe(2));
  const first = container.querySelector<HTMLInputElement>('[data-row="0"]') as HTMLInputElement;
  await waitFor(() => expect(document.activeElement).toBe(first));
  expect(first.placeholder).toBe('8');
  await fireEvent.keyDown(first, { key: 'Enter' });
  await waitFor(() => expect(asked.some((a) => a.cmd === 'round_put')).toBe(true));
  expect(asked.find((a) => a.cmd === 'round_put')?.args).toEqual({ period: '2021Q3', put: { tenant: 1, field: 'count', text: '8' } });
  expect(document.activeElement?.getAttribute('data-row')).toBe('1');
});
