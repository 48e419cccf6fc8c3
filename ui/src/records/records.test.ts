// The grid against a core that answers by script: what is shown, what is asked, where keys lead.
import { mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import Records from '../rooms/Records.svelte';
import RoundRoom from '../rooms/Round.svelte';
import { drafts } from '../drafts';
import { screen } from '../state.svelte';
import type { Column, ListRow, Round, Status } from '../types';
import Field from './Field.svelte';

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
/** How long the core takes for a sorted view, and for names to refer to, in ms. */
let slow: number;

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
  slow = 0;
  drafts.take({});
  screen.remembered = {};
  screen.status = status;
  mockIPC(async (cmd, args) => {
    asked.push({ cmd, args: args as Record<string, unknown> });
    switch (cmd) {
      case 'lists':
        return [{ label: '团队与企业', lists: [{ name: 'team', label: '创业团队', kind: 'tenant', count: rows.length, addable: true }] }];
      case 'list_columns':
        return columns;
      case 'list_rows':
        if ((args as { view: { sort: unknown } }).view.sort) await new Promise((done) => setTimeout(done, slow));
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
      case 'ref_choices': {
        const { text } = args as { text: string };
        await new Promise((done) => setTimeout(done, slow));
        return { picks: [{ id: 7, label: `${text}之外`, hint: '' }], count: 1 };
      }
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

test('what was not taken is kept as a draft, and Esc gives it up for what is kept', async () => {
  const { container, field } = await opened();
  const cell = () => container.querySelector<HTMLElement>('[data-row="0"][data-cell="2"]');
  await fireEvent.keyDown(field, { key: 'End' });
  await type(field, '坏');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(cell()?.classList.contains('wrong')).toBe(true));
  expect(drafts.kept('cell/team/1/count')).toBe('坏');
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  await fireEvent.keyDown(field, { key: 'F2' });
  await fireEvent.keyDown(field, { key: 'Escape' });
  expect(drafts.kept('cell/team/1/count'), 'leaving the cell as it was loses nothing').toBe('坏');
  await fireEvent.keyDown(field, { key: 'Escape' });
  await waitFor(() => expect(cell()?.classList.contains('wrong')).toBe(false));
  expect(cell()?.textContent).toBe('');
  expect(drafts.kept('cell/team/1/count')).toBeUndefined();
});

test('a list sorted while a cell is on its way to the core stays sorted', async () => {
  const { container, field } = await opened();
  slow = 40;
  await type(field, '丁队');
  // Going to the head leaves the cell.
  await fireEvent.blur(field);
  await fireEvent.click(container.querySelector('.sort') as HTMLElement);
  await new Promise((done) => setTimeout(done, 150));
  expect(container.querySelector('[aria-sort]')?.getAttribute('aria-sort')).toBe('ascending');
  expect(asked.some((a) => a.cmd === 'remember' && a.args.key === 'filter/team')).toBe(true);
});

test('a block is pasted into a list that has no record yet', async () => {
  rows = [];
  const { container } = render(Records);
  await waitFor(() => expect(container.querySelector('.empty')).not.toBeNull());
  const field = container.querySelector('.input') as HTMLElement;
  const paste = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(paste, { clipboardData: { getData: () => '甲\t其它\r\n乙\t\r\n' } });
  await fireEvent(field, paste);
  await waitFor(() => expect(asked.some((a) => a.cmd === 'plan_block')).toBe(true));
  expect(asked.find((a) => a.cmd === 'plan_block')?.args).toMatchObject({ list: 'team', fields: ['name', 'trait', 'count'], ids: [] });
  expect(asked.some((a) => a.cmd === 'list_ids'), 'there is no row to ask for').toBe(false);
});

test('a word typed whole is taken, not a longer one that has it in it', async () => {
  const trait = columns[1] as Column;
  const before = trait.options;
  trait.options = ['费用凭证', '凭证'];
  const { field } = await opened();
  await fireEvent.keyDown(field, { key: 'ArrowRight' });
  await type(field, '凭证');
  await fireEvent.keyDown(field, { key: 'Enter' });
  trait.options = before;
  await waitFor(() => expect(asked.find((a) => a.cmd === 'change_cells')?.args).toMatchObject({ puts: [{ text: '凭证' }] }));
});

test('in the editor Enter takes no record that was found for fewer letters', async () => {
  slow = 30;
  const saved: unknown[][] = [];
  const { container } = render(Field, {
    list: 'agreement',
    column: column('tenant', '入驻对象', { type: 'ref', of: 'tenant' }),
    text: '',
    say: '',
    missing: false,
    place: 'record/agreement/1/tenant',
    onsave: (...all: unknown[]) => void saved.push(all),
    ongiveup: () => undefined,
  });
  const field = container.querySelector('input') as HTMLInputElement;
  await fireEvent.input(field, { target: { value: '云' } });
  await waitFor(() => expect(container.querySelector('[role=option]')?.textContent).toContain('云之外'));
  await fireEvent.input(field, { target: { value: '云帆' } });
  await fireEvent.keyDown(field, { key: 'Enter' });
  expect(saved).toEqual([['云帆']]);
});

test('keys of the whole window work while a cell is being typed in', async () => {
  const { field } = await opened();
  const heard: string[] = [];
  const hear = (event: KeyboardEvent) => void heard.push(event.key);
  addEventListener('keydown', hear);
  await type(field, '半');
  await fireEvent.keyDown(field, { key: 'F1' });
  removeEventListener('keydown', hear);
  expect(heard).toEqual(['F1']);
  // The room goes away with its field: what was typed is kept as if it had been left.
  cleanup();
  await waitFor(() => expect(asked.find((a) => a.cmd === 'change_cells')?.args).toMatchObject({ puts: [{ id: 1, text: '半' }] }));
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
