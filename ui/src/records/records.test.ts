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
import { List } from './list.svelte';

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

const all = () => [...columns, ...extra];
/** A record that a script's column refers to. */
const known = (label: string, id: number) => ({ id, label, hint: '' });

let rows: ListRow[];
/** Columns of a test's own, behind the others. */
let extra: Column[];
/** What is found to refer to; without it, something that no one typed. */
let found: { id: number; label: string; hint: string }[] | null;
/** Answers of a test's own, by command. */
let answers: Record<string, (args: Record<string, unknown>) => unknown>;
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
  extra = [];
  found = null;
  answers = {};
  asked = [];
  slow = 0;
  drafts.take({});
  screen.remembered = {};
  screen.status = status;
  mockIPC(async (cmd, args) => {
    asked.push({ cmd, args: args as Record<string, unknown> });
    const own = answers[cmd];
    if (own) return own(args as Record<string, unknown>);
    switch (cmd) {
      case 'lists':
        return [{ label: '团队与企业', lists: [{ name: 'team', label: '创业团队', kind: 'tenant', count: rows.length, addable: true }] }];
      case 'list_columns':
        return all();
      case 'list_rows':
        if ((args as { view: { sort: unknown } }).view.sort) await new Promise((done) => setTimeout(done, slow));
        return { from: 0, rows, count: rows.length, all: rows.length, totals: ['', '', '12'], apart: false };
      case 'change_cells': {
        const put = (args as { puts: { id: number; field: string; text: string }[] }).puts[0];
        if (put?.text === '坏') throw { code: 'flawed', message: '不行', flaws: [{ place: { id: put.id, field: put.field }, say: '人数“坏”不是整数' }] };
        rows = rows.map((r) => (r.id === put?.id ? { ...r, cells: r.cells.map((c, i) => (all()[i]?.name === put.field ? put.text : c)) } : r));
        return { moved: [] };
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
        const picks = found?.filter((p) => p.label.includes(text)) ?? [known(`${text}之外`, 7)];
        return { picks, count: picks.length };
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

/** The first changes of cells that were asked for. */
const puts = () => asked.filter((a) => a.cmd === 'change_cells').map((a) => a.args.puts);
const calm = () => new Promise((done) => setTimeout(done, 30));

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

test('what is typed goes to the record that its cell was opened for, wherever that stands by then', async () => {
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'End' });
  await type(field, '8');
  // A step elsewhere takes the row away from under the hand.
  rows = rows.slice(1);
  await screen.changed();
  await waitFor(() => expect(shown(container)[0]).toBe('乙队'));
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(puts()).toEqual([[{ id: 1, field: 'count', text: '8' }]]));
});

test('a reference that is only looked at stays the one it is, of two of one name', async () => {
  extra = [column('tenant', '入驻对象', { type: 'ref', of: 'tenant' })];
  rows = rows.map((row) => ({ ...row, cells: [...row.cells, '同名'] }));
  found = [known('同名', 11), known('同名', 12)];
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'End' });
  for (const leave of ['Enter', 'Tab', 'blur']) {
    await fireEvent.keyDown(field, { key: 'F2' });
    await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(2));
    if (leave === 'blur') await fireEvent.blur(field);
    else await fireEvent.keyDown(field, { key: leave });
    await calm();
    expect(puts(), leave).toEqual([]);
    await fireEvent.keyDown(field, { key: 'End' });
  }
  // The second of them, by the arrows.
  await fireEvent.keyDown(field, { key: 'F2' });
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(2));
  await fireEvent.keyDown(field, { key: 'ArrowDown' });
  await fireEvent.blur(field);
  await waitFor(() => expect(puts()[0]).toMatchObject([{ text: '同名', ids: [12] }]));
});

test('a cell that is left half typed takes nothing that was only offered', async () => {
  extra = [column('tenant', '入驻对象', { type: 'ref', of: 'tenant' })];
  rows = rows.map((row) => ({ ...row, cells: [...row.cells, ''] }));
  found = [known('云帆', 11), known('云帆科创', 12)];
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'End' });
  await type(field, '云');
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(2));
  await fireEvent.blur(field);
  await waitFor(() => expect(puts()).toEqual([[{ id: 1, field: 'tenant', text: '云' }]]));
  await fireEvent.mouseDown(container.querySelector('[data-row="1"][data-cell="3"]') as HTMLElement);
  await type(field, '云帆');
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(2));
  await fireEvent.mouseDown(container.querySelector('[data-row="2"][data-cell="1"]') as HTMLElement);
  await waitFor(() => expect(puts()[1], 'what was named whole is meant').toMatchObject([{ text: '云帆', ids: [11] }]));
  await type(field, '创业');
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(1));
  await fireEvent.blur(field);
  await waitFor(() => expect(puts()[2], 'of choices too').toMatchObject([{ field: 'trait', text: '创业' }]));
});

test('a field of many names keeps those it has and takes none by Enter alone', async () => {
  extra = [column('tenants', '辅导对象', { type: 'refs', of: 'tenant' })];
  rows = rows.map((row, i) => ({ ...row, cells: [...row.cells, i === 0 ? '甲、乙' : '甲'] }));
  found = [known('甲', 11), known('乙', 12), known('丙', 13)];
  const { container, field } = await opened();
  const options = () => [...container.querySelectorAll<HTMLElement>('[role=option]')];
  await fireEvent.mouseDown(container.querySelector('[data-row="1"][data-cell="3"]') as HTMLElement);
  await fireEvent.keyDown(field, { key: 'F2' });
  await waitFor(() => expect(options().length).toBe(3));
  await fireEvent.keyDown(field, { key: 'Enter' });
  await calm();
  expect([puts(), spot(container)], 'it was only looked at').toEqual([[], [2, 3]]);
  await fireEvent.mouseDown(container.querySelector('[data-row="0"][data-cell="3"]') as HTMLElement);
  await fireEvent.dblClick(container.querySelector('[data-row="0"][data-cell="3"]') as HTMLElement);
  await waitFor(() => expect(options().length).toBe(3));
  await fireEvent.click(options()[2] as HTMLElement);
  expect(field.value).toBe('甲、乙、丙、');
  await type(field, '甲、乙、丙、甲');
  await waitFor(() => expect(options().map((o) => o.textContent?.trim())).toEqual(['甲']));
  await fireEvent.click(options()[0] as HTMLElement);
  expect(field.value, 'who is there is there once').toBe('甲、乙、丙、');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(puts()).toEqual([[{ id: 1, field: 'tenants', text: '甲、乙、丙、' }]]));
});

test('in the editor a name that is picked stands behind those that are there', async () => {
  found = [known('甲', 11), known('乙', 12), known('丙', 13)];
  const { container } = render(Field, {
    list: 'session',
    column: column('tenants', '辅导对象', { type: 'refs', of: 'tenant' }),
    text: '甲、乙',
    say: '',
    missing: false,
    place: 'record/session/1/tenants',
    onsave: () => undefined,
    ongiveup: () => undefined,
  });
  const field = container.querySelector('input') as HTMLInputElement;
  await fireEvent.keyDown(field, { key: 'ArrowDown' });
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(3));
  await fireEvent.click(container.querySelectorAll('[role=option]')[2] as HTMLElement);
  expect(field.value).toBe('甲、乙、丙、');
});

test('a choice that is cleared is emptied', async () => {
  rows = rows.map((row) => ({ ...row, cells: [row.label, '其它', ''] }));
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'ArrowRight' });
  await fireEvent.keyDown(field, { key: 'F2' });
  await waitFor(() => expect(container.querySelectorAll('[role=option]').length).toBe(2));
  await type(field, '');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(puts()).toEqual([[{ id: 1, field: 'trait', text: '' }]]));
});

/** Answers for a new record that is whole as soon as it has a name, after `wait` ms. */
function takesNew(wait: number) {
  const row = (id: number, typed: { field: string; text: string }[]): ListRow => ({
    id,
    label: typed.find((t) => t.field === 'name')?.text ?? '',
    cells: all().map((c) => typed.find((t) => t.field === c.name)?.text ?? ''),
    marks: [],
  });
  answers.begin_record = ({ typed }) => ({ row: row(0, typed as never) });
  answers.add_record = async ({ typed }) => {
    await new Promise((done) => setTimeout(done, wait));
    const whole = (typed as { field: string }[]).some((t) => t.field === 'name');
    const added = row(whole ? 40 + rows.length : 0, typed as never);
    if (whole) rows = [...rows, added];
    return { row: added };
  };
}

test('what is typed while a new record is being saved belongs to it, and nothing of it is left as a draft', async () => {
  takesNew(40);
  const { container, field } = await opened();
  await fireEvent.keyDown(field, { key: 'End', ctrlKey: true });
  await fireEvent.keyDown(field, { key: 'ArrowDown' });
  await fireEvent.keyDown(field, { key: 'Home' });
  expect(spot(container)).toEqual([3, 0]);
  await type(field, '丁队');
  await fireEvent.keyDown(field, { key: 'Tab' });
  // One cell is left while the core is asked, one is still being typed in when it has answered.
  await type(field, '其它');
  await fireEvent.keyDown(field, { key: 'Tab' });
  await type(field, '9');
  await waitFor(() => expect(shown(container)[3]).toBe('丁队'));
  await calm();
  expect(drafts.kept('cell/team/43/count'), 'a kill now costs nothing').toBe('9');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(puts().length).toBe(2));
  expect(puts()).toEqual([[{ id: 43, field: 'trait', text: '其它' }], [{ id: 43, field: 'count', text: '9' }]]);
  await calm();
  expect(asked.filter((a) => a.cmd === 'add_record').length, 'it is one record').toBe(1);
  expect([...drafts.places('list/'), ...drafts.places('cell/')]).toEqual([]);
});

test('what a kill left of a new record is shown again, and saved when the person goes on with it', async () => {
  takesNew(0);
  drafts.take({ 'list/team': [{ field: 'name', text: '丁队' }] });
  const { container, field } = await opened();
  await waitFor(() => expect(shown(container)[3]).toBe('丁队'));
  await calm();
  expect(asked.some((a) => a.cmd === 'add_record'), 'it may have been saved before the kill').toBe(false);
  // By mouse it is given up.
  await fireEvent.mouseDown(container.querySelector('[data-row="3"][data-cell="0"]') as HTMLElement);
  const button = [...container.querySelectorAll<HTMLButtonElement>('.tools button')].find((b) => b.textContent === '删除');
  expect(button?.disabled).toBe(false);
  await fireEvent.keyDown(field, { key: 'F2' });
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(asked.filter((a) => a.cmd === 'add_record').length).toBe(1));
  await waitFor(() => expect(drafts.places('list/')).toEqual([]));
  expect(container.querySelector('.left')).toBeNull();
});

test('what was left of a new record can be gone on with, or given up, with one click', async () => {
  for (const [word, records] of [['继续', 1], ['放弃', 0]] as const) {
    takesNew(0);
    asked = [];
    drafts.take({ 'list/team': [{ field: 'name', text: '丁队' }] });
    const { container } = await opened();
    await waitFor(() => expect(container.querySelector('.left')?.textContent).toContain('有一条新创业团队还没有保存'));
    await fireEvent.click([...container.querySelectorAll('.left button')].find((b) => b.textContent === word) as HTMLElement);
    await waitFor(() => expect(container.querySelector('.left')).toBeNull());
    await waitFor(() => expect(drafts.places('list/')).toEqual([]));
    expect(asked.filter((a) => a.cmd === 'add_record').length, word).toBe(records);
    cleanup();
    rows = rows.slice(0, 3);
  }
});

test('a new record that is saved after its list was left leaves no draft behind', async () => {
  takesNew(40);
  answers.lists = () => [
    { label: '团队与企业', lists: ['team', 'other'].map((name) => ({ name, label: name, kind: 'tenant', count: 3, addable: true })) },
  ];
  const { container, field } = await opened();
  await fireEvent.mouseDown(container.querySelector('[data-row="3"][data-cell="0"]') as HTMLElement);
  await type(field, '丁队');
  await fireEvent.keyDown(field, { key: 'Tab' });
  await type(field, '其它');
  await fireEvent.keyDown(field, { key: 'Tab' });
  await fireEvent.click(container.querySelectorAll('.lists button')[1] as HTMLElement);
  await waitFor(() => expect(puts()).toEqual([[{ id: 43, field: 'trait', text: '其它' }]]));
  await waitFor(() => expect(drafts.places('list/')).toEqual([]));
  expect(asked.find((a) => a.cmd === 'change_cells')?.args.list, 'what was typed last goes where it belongs').toBe('team');
  expect(asked.filter((a) => a.cmd === 'add_record').length).toBe(1);
});

test('in the editor, too, what is typed while a new record is being saved belongs to it', async () => {
  takesNew(30);
  answers.status = async () => {
    await new Promise((done) => setTimeout(done, 60));
    return status;
  };
  answers.sheet = ({ id }) => ({
    list: 'team', list_label: '创业团队', kind: 'tenant', in_bin: false, row: rows.find((r) => r.id === id), ids: {}, related: [], history: [],
  });
  answers.proof = () => ({ files: [], roles: [], other_roles: [], needs: [], have: 0, want: 0 });
  const { container } = await opened();
  await fireEvent.click([...container.querySelectorAll('.tools button')].find((b) => b.textContent === '新增') as HTMLElement);
  await waitFor(() => expect(container.querySelectorAll('aside .line').length).toBe(3));
  const [name, , count] = [...container.querySelectorAll<HTMLInputElement>('aside .fields :is(input, select)')];
  await fireEvent.input(name as HTMLElement, { target: { value: '丁队' } });
  await fireEvent.blur(name as HTMLElement);
  // The core has answered; the other rooms are being told.
  await waitFor(() => expect(asked.some((a) => a.cmd === 'status')).toBe(true));
  await fireEvent.input(count as HTMLElement, { target: { value: '9' } });
  await fireEvent.blur(count as HTMLElement);
  await waitFor(() => expect(puts()).toEqual([[{ id: 43, field: 'count', text: '9' }]]));
  await calm();
  expect(asked.filter((a) => a.cmd === 'add_record').length).toBe(1);
  expect(drafts.places('record/')).toEqual([]);
});

test('a cell whose row is not there yet is not emptied, and what is typed into it is kept', async () => {
  const many = Array.from({ length: 250 }, (_, i) => ({ id: i + 1, label: `${i + 1}队`, cells: [`${i + 1}队`, '', '5'], marks: [] }));
  let open: (() => void) | undefined;
  answers.list_rows = async ({ from, count }) => {
    if (from === 200) await new Promise<void>((done) => (open = done));
    return { from, rows: many.slice(from as number, (from as number) + (count as number)), count: 250, all: 250, totals: ['', '', ''], apart: false };
  };
  answers.list_ids = ({ from }) => [many[from as number]?.id];
  const { container } = render(Records);
  await waitFor(() => expect(shown(container)[0]).toBe('1队'));
  const field = container.querySelector<HTMLTextAreaElement>('.input') as HTMLTextAreaElement;
  await fireEvent.keyDown(field, { key: 'ArrowDown', ctrlKey: true });
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  await fireEvent.keyDown(field, { key: 'End' });
  await fireEvent.keyDown(field, { key: 'F2' });
  await fireEvent.keyDown(field, { key: 'Enter' });
  await calm();
  expect(puts(), 'nothing was typed').toEqual([]);
  await fireEvent.keyDown(field, { key: 'ArrowUp' });
  await type(field, '7');
  await fireEvent.keyDown(field, { key: 'Tab' });
  await waitFor(() => expect(puts()).toEqual([[{ id: 250, field: 'count', text: '7' }]]));
  open?.();
});

test('a cell that is kept costs one look at the rows', async () => {
  const { field } = await opened();
  const looks = () => asked.filter((a) => a.cmd === 'list_rows').length;
  const before = looks();
  await fireEvent.keyDown(field, { key: 'End' });
  await type(field, '8');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(asked.filter((a) => a.cmd === 'lists').length).toBe(2));
  await calm();
  expect(looks()).toBe(before + 1);
  // What changes elsewhere is looked at, also while the others are still being told of one's own.
  answers.status = async () => {
    await new Promise((done) => setTimeout(done, 20));
    return status;
  };
  await type(field, '9');
  await fireEvent.keyDown(field, { key: 'Enter' });
  await waitFor(() => expect(looks()).toBe(before + 2));
  answers = {};
  await screen.changed();
  await waitFor(() => expect(looks()).toBe(before + 3));
});

test('many flaws at once are said in part, and what was emptied shows again what is kept', async () => {
  const puts = Array.from({ length: 500 }, (_, i) => ({ id: i + 1, field: 'count', text: i % 2 === 0 ? '' : '坏' }));
  answers.change_cells = () => {
    throw { code: 'flawed', message: '不行', flaws: puts.map((p) => ({ place: { id: p.id, field: 'count' }, say: `第 ${p.id} 条不行` })) };
  };
  const list = new List();
  await list.open('team', '创业团队', true);
  expect(await list.keep(puts)).toBe(false);
  expect(list.rejected.size).toBe(250);
  expect(screen.notice?.flaws?.length).toBe(21);
  expect(screen.notice?.flaws?.at(-1)).toBe('另有 480 项');
});

test('many cells are emptied, filled and cut by the core, which is told where they are', async () => {
  let clip = '';
  answers.list_block = () => '甲队\t其它\r\n';
  answers.empty_block = answers.fill_down = () => ({ moved: [] });
  Object.defineProperty(navigator, 'clipboard', { value: { writeText: async (text: string) => void (clip = text) }, configurable: true });
  const { field } = await opened();
  await fireEvent.keyDown(field, { key: 'ArrowDown', shiftKey: true });
  await fireEvent.keyDown(field, { key: 'ArrowRight', shiftKey: true });
  const where = { list: 'team', from: 0, to: 1, fields: ['name', 'trait'] };
  await fireEvent.keyDown(field, { key: 'd', ctrlKey: true });
  await waitFor(() => expect(asked.find((a) => a.cmd === 'fill_down')?.args).toMatchObject(where));
  await fireEvent.keyDown(field, { key: 'Delete' });
  await waitFor(() => expect(asked.find((a) => a.cmd === 'empty_block')?.args).toMatchObject(where));
  await fireEvent(field, new Event('cut', { bubbles: true, cancelable: true }));
  await waitFor(() => expect(asked.filter((a) => a.cmd === 'empty_block').length, 'cut').toBe(2));
  expect(clip).toBe('甲队\t其它\r\n');
  expect(puts()).toEqual([]);
});

test('one value that is pasted fills the selection', async () => {
  answers.list_ids = () => [1, 2];
  const { field } = await opened();
  await fireEvent.keyDown(field, { key: 'ArrowDown', shiftKey: true });
  await fireEvent.keyDown(field, { key: 'ArrowRight', shiftKey: true });
  const paste = new Event('paste', { bubbles: true, cancelable: true });
  Object.assign(paste, { clipboardData: { getData: () => '其它\r\n' } });
  await fireEvent(field, paste);
  await waitFor(() => expect(asked.find((a) => a.cmd === 'plan_block')?.args.text).toBe('其它\t其它\r\n其它\t其它\r\n'));
});

test('a list that takes no record by hand takes no letter either', async () => {
  rows = [];
  answers.lists = () => [{ label: '其他', lists: [{ name: 'proof', label: '佐证材料', kind: 'proof', count: 0, addable: false }] }];
  const { container } = render(Records);
  await waitFor(() => expect(container.querySelector('.empty')).not.toBeNull());
  const field = container.querySelector<HTMLTextAreaElement>('.input') as HTMLTextAreaElement;
  await type(field, '甲');
  expect([field.value, field.classList.contains('typing')]).toEqual(['', false]);
  await fireEvent.blur(field);
  await calm();
  expect(asked.some((a) => a.cmd === 'add_record')).toBe(false);
  expect(drafts.places('')).toEqual([]);
});

test('of a full bin the latest is shown, and what went together comes back together', async () => {
  const one = (id: number) => ({ kind: 'tenant', kind_label: '入驻对象', id, label: `队${id}`, at: '2021-09-20T08:30:00.000', together: 300 });
  answers.bin = ({ count }) => ({ rows: Array.from({ length: Math.min(300, count as number) }, (_, i) => one(i)), count: 300 });
  const { container } = await opened();
  await fireEvent.click([...container.querySelectorAll('.lists button')].at(-1) as HTMLElement);
  await waitFor(() => expect(container.querySelectorAll('.bin tbody tr').length).toBe(100));
  await fireEvent.click(container.querySelector('.bin .rest button') as HTMLElement);
  await waitFor(() => expect(container.querySelectorAll('.bin tbody tr').length).toBe(200));
  const links = container.querySelectorAll<HTMLElement>('.bin td:last-child .link');
  expect(links.length, 'once for all that went together').toBe(1);
  await fireEvent.click(links[0] as HTMLElement);
  await waitFor(() => expect(asked.find((a) => a.cmd === 'put_back_all')?.args).toEqual({ at: '2021-09-20T08:30:00.000' }));
});

test('options that are walked through by keys are kept once, as the field is left; one chosen by mouse at once', async () => {
  const saved: string[] = [];
  const { container } = render(Field, {
    list: 'team', column: columns[1] as Column, text: '', say: '', missing: false, place: 'record/team/1/trait',
    onsave: (text: string) => saved.push(text), ongiveup: () => {},
  });
  const select = container.querySelector('select') as HTMLSelectElement;
  for (const value of ['大学生创业', '其它']) {
    await fireEvent.keyDown(select, { key: 'ArrowDown' });
    await fireEvent.change(select, { target: { value } });
  }
  expect(saved, 'on the way nothing is kept').toEqual([]);
  expect(drafts.kept('record/team/1/trait'), 'but a kill loses nothing').toBe('其它');
  await fireEvent.blur(select);
  expect(saved).toEqual(['其它']);
  await fireEvent.pointerDown(select);
  await fireEvent.change(select, { target: { value: '大学生创业' } });
  expect(saved).toEqual(['其它', '大学生创业']);
});
