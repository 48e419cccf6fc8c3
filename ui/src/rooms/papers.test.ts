// The rooms of papers, 报表 and 附表与申报, against a core that answers by script: where an item leads, what is kept, what
// is refused.
import { mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, waitFor, within } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import App from '../App.svelte';
import { screen } from '../state.svelte';
import type { Cell, Filled, FormEntry, Gauge, Gauged, Overview, ProgrammeForm, Status } from '../types';
import { annexes } from './annexes.svelte';
import { keeping } from './keeping.svelte';
import { reports } from './reports.svelte';

const form = (id: string, period: FormEntry['period'], first: string): FormEntry => ({
  id,
  family: id,
  title: `表 ${id}`,
  issuer: '',
  period,
  first,
  basis: 'ytd',
  cutoff_day: 20,
  official: true,
  own: false,
});

const status: Status = {
  folder: '/data',
  backup_trouble: null,
  name: '青禾',
  empty: false,
  undo: null,
  redo: null,
  today: '2021-09-21',
  form: 'q',
  period: '2021Q3',
  forms: [form('q', 'quarter', '2021Q3'), form('y', 'year', '2021'), form('d', 'day', '2021-09-21')],
  broken: [],
  periods: ['2021Q3', '2021Q2'],
  warnings: [],
};

const cell = (code: string, label: string, value: number | null): Cell => ({
  code,
  label,
  unit: '个',
  indent: 0,
  value,
  computed: value,
  exact: value,
  overridden: false,
  from: [],
  gaps: [],
  notes: [],
  help: '',
});

/** A form as the core fills it for what it is asked. */
const filled = (form: string, period: string, more: Partial<Filled> = {}): Filled => ({
  form,
  title: `表 ${form}`,
  period,
  period_label: `${period} 期`,
  basis: 'ytd',
  start: '2021-01-01',
  cutoff: '2021-09-20',
  official: true,
  columns: ['指标名称', '计量单位', '代码', '数量'],
  head: [],
  cells: [cell('a1', '团队', 2), cell('a2', '企业', null), cell('a3', '活动', 8)],
  foot: [{ name: 'reported_on', label: '报出日期', line: 1 }] as Filled['foot'],
  tables: [],
  breaches: [
    { rule: 'R1', level: 'warning', message: '像是估计数', codes: [], records: [], reason: null, offered: null },
    { rule: 'R2', level: 'warning', message: '比上期少', codes: [], records: [], reason: null, offered: null },
  ],
  ...more,
});

const judged: Gauged = {
  id: 'A1',
  label: '有管理制度',
  way: 'judge',
  applies: true,
  value: '是',
  unit: '',
  shown: '是：见章程',
  threshold: '是',
  met: true,
  gap: null,
  source: '',
  note: '',
  ground: '见章程',
  until: '2022-12-31',
  points: null,
  of: null,
  have: null,
  want: null,
  missing: [],
  from: [],
  parts: [],
};

const gauge = (programme: string, on: string): Gauge => ({
  programme,
  title: programme,
  document: '',
  source: '网站',
  seen: 'whole',
  notes: [],
  on,
  met: 1,
  unmet: 0,
  unknown: 0,
  points: null,
  of: null,
  have: 0,
  want: 0,
  conditions: [judged, { ...judged, id: 'A2', label: '有章程' }],
  documents: [],
});

const table = (id: string, asked: boolean): ProgrammeForm => ({
  id,
  title: `表 ${id}`,
  period: '2021-09-21',
  official: true,
  asked,
  texts: false,
  errors: 0,
  warnings: 0,
});

const standing = (id: string) => ({ id, title: `事项 ${id}`, issuer: '', seen: 'whole', met: 1, of: 1, have: 0, want: 0 });

let asked: [string, Record<string, unknown>][] = [];
let answers: Record<string, unknown> = {};
const times = (command: string) => asked.filter(([name]) => name === command).map(([, args]) => args);
const refuse = (message: string) => ({ refusal: { code: 'refused', message, flaws: [] } });
const later = (ms: number) => new Promise((done) => setTimeout(done, ms));

beforeEach(() => {
  asked = [];
  answers = {
    status,
    settings: { room: 'reports' },
    fill: ({ form, period }: { form: string; period: string }) => filled(form, period),
    file_as: ({ form, period }: { form: string; period: string }) => filled(form, period),
    standings: [standing('p'), standing('r')],
    broken_programmes: [],
    gauge: ({ programme, on }: { programme: string; on: string }) => gauge(programme, on),
    judge: ({ programme, on }: { programme: string; on: string }) => gauge(programme, on),
    programme_forms: [table('d', true), table('y', false)],
    programme_proof: [],
    lists: [],
    filings: [],
    overview,
    charts: null,
    dials: [],
  };
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2021, 8, 21, 10) });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  vi.stubGlobal('ResizeObserver', class {
    observe = () => undefined;
    disconnect = () => undefined;
  });
  // jsdom knows no scrolling and no modal dialogs.
  Element.prototype.scrollIntoView = vi.fn();
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  mockIPC((command, args) => {
    asked.push([command, (args ?? {}) as Record<string, unknown>]);
    if (command === 'first') return [{ status: answers.status, list: null }, answers.settings, {}];
    const answer = answers[command] as { refusal?: unknown } | null | undefined;
    if (answer?.refusal) throw answer.refusal;
    return typeof answer === 'function' ? (answer as (args: unknown) => unknown)(args) : answer;
  });
  Object.assign(screen, { status: null, closed: null, notice: null, room: 'overview', work: null });
  Object.assign(reports, { form: '', period: '', filled: null, code: null, record: null, rule: null, field: null, own: null });
  Object.assign(annexes, { programme: '', on: '', side: 'conditions', gauge: null, forms: [], form: '', condition: null, pack: null, chosen: null, came: false });
  Object.assign(keeping, { shown: null });
});

afterEach(cleanup);

const overview: Overview = {
  period: '2021Q3',
  label: '2021年第3季度',
  on: '2021-09-21',
  cutoff: '2021-09-20',
  cutoff_say: '已过 1 天',
  due_on: null,
  due_say: '',
  sealed: false,
  report: { room: 'reports', form: 'q', period: '2021Q3' },
  due: { room: 'reports', form: 'q', period: '2021Q3', field: 'due_on' },
  todo: [
    { press: 'missing', say: '季报有 2 项警示尚未写明理由', target: { room: 'reports', form: 'q', period: '2021Q3', rule: 'R2' } },
  ],
  figures: [],
};

test('a form of another kind that the search found opens at a period of its own', async () => {
  const page = render(App);
  await page.findByText('2021Q3 期');
  screen.goto({ room: 'reports', form: 'd' });
  await page.findByText('2021-09-21 期');
  screen.goto({ room: 'reports', form: 'y' });
  await page.findByText('2021 期');
  // Named first of all, before anything was looked at.
  cleanup();
  Object.assign(reports, { form: '', period: '', filled: null, own: null });
  screen.remembered = {};
  screen.room = 'overview';
  screen.goto({ room: 'reports', form: 'd' });
  const again = render(App);
  await again.findByText('2021-09-21 期');
});

test('a kept period that does not fit its form is not taken', async () => {
  answers.settings = { room: 'reports', 'room/reports': { form: 'y', period: '2021Q2', quarter: '2021Q3' } };
  const page = render(App);
  await page.findByText('2021 期');
});

test('an earlier filing that is looked at stays on show when something changes', async () => {
  answers.filings = [
    { form: 'q', title: '季报', period: '2021Q2', label: '2021年06月', basis: 'ytd', sealed_at: '2021-06-23 10:00:00', scans: [] },
  ];
  answers.differences = [];
  const page = render(App);
  await page.findByText('2021Q3 期');
  await fireEvent.click(page.getByRole('button', { name: '历次上报' }));
  await fireEvent.click(await page.findByText('2021年06月'));
  await page.findByText('2021Q2 期');
  await screen.changed();
  await later(20);
  expect(page.queryByText('2021Q2 期')).toBeTruthy();
});

test('the deadline is recorded beside the cut-off, and 总览 leads to its field', async () => {
  answers.settings = { room: 'overview' };
  const page = render(App);
  await fireEvent.click(await page.findByText('还没有登记，去填写'));
  const due = (await page.findByLabelText('报送期限')) as HTMLInputElement;
  await waitFor(() => expect(document.activeElement).toBe(due));
  answers.file_as = filled('q', '2021Q3', { due_on: '2021-09-30' });
  answers.fill = answers.file_as;
  await fireEvent.change(due, { target: { value: '2021.9.30' } });
  await waitFor(() => expect(due.value).toBe('2021-09-30'));
  expect(times('file_as')).toEqual([
    { form: 'q', period: '2021Q3', choice: { basis: null, cutoff: null, reported_on: null, due_on: '2021-09-30' } },
  ]);
});

test('a 警示 without a reason leads to the field of its reason', async () => {
  answers.settings = { room: 'overview' };
  const page = render(App);
  await fireEvent.click(await page.findByText('季报有 2 项警示尚未写明理由'));
  await page.findByText('2021Q3 期');
  const fields = page.getAllByLabelText('情况说明');
  await waitFor(() => expect(document.activeElement).toBe(fields[1]));
  expect(reports.rule, 'once').toBeNull();
});

test('a record that was opened from a report leads to where it is mended', async () => {
  const page = render(App);
  await page.findByText('2021Q3 期');
  answers.record = { kind: 'tenant', kind_label: '入驻对象', id: 7, label: '甲队', in_bin: false, fields: [], history: [] };
  void reports.open('tenant', 7);
  const goto = vi.spyOn(screen, 'goto').mockImplementation(() => undefined);
  await fireEvent.click(await page.findByText('到档案修改'));
  expect(goto).toHaveBeenCalledWith({ room: 'records', list: 'tenant', ids: [7] });
  goto.mockRestore();
  answers.record = { kind: 'tenant', kind_label: '入驻对象', id: 8, label: '乙队', in_bin: true, fields: [], history: [] };
  void reports.open('tenant', 8);
  await page.findByText('乙队');
  expect(page.queryByText('到档案修改'), 'what lies in the bin is not mended').toBeNull();
});

test('a day that the core refuses leaves its field', async () => {
  const page = render(App);
  const cutoff = (await page.findByLabelText('数据截止日')) as HTMLInputElement;
  answers.file_as = refuse('数据截止日 2031-09-20 不在报告期 2021Q3 之内');
  await fireEvent.change(cutoff, { target: { value: '2031-09-20' } });
  await page.findByText(/不在报告期/);
  await waitFor(() => expect(cutoff.value).toBe('2021-09-20'));
});

test('报出日期 begins with the day that is kept, and stays open over what is no day', async () => {
  const head = [{ name: 'reported_on', label: '报出日期', value: '2021年9月23日', line: 1 }];
  answers.fill = filled('q', '2021Q3', { reported_on: '2021-09-23', foot: head });
  const page = render(App);
  await fireEvent.click(await page.findByLabelText('填写报出日期'));
  const dialog = page.getByRole('dialog', { name: '报出日期' });
  const day = within(dialog).getByLabelText('报出日期') as HTMLInputElement;
  expect(day.value).toBe('2021-09-23');
  await fireEvent.change(day, { target: { value: '明天' } });
  await fireEvent.click(within(dialog).getByText('采用'));
  expect((dialog as HTMLDialogElement).open).toBe(true);
  expect(within(dialog).getByText('请写成 2021-09-20')).toBeTruthy();
  expect(times('file_as')).toEqual([]);
  await fireEvent.change(day, { target: { value: '2021-9-24' } });
  await fireEvent.click(within(dialog).getByText('采用'));
  await waitFor(() => expect(times('file_as').map((args) => (args.choice as { reported_on: string }).reported_on)).toEqual(['2021-09-24']));
  expect((dialog as HTMLDialogElement).open).toBe(false);
});

test('only what was copied counts as copied', async () => {
  answers.portal = ['a1', 'a2', 'a3'].map((code, i) => ({ code, label: `指标${i + 1}`, unit: '个', text: String(i) }));
  vi.stubGlobal('navigator', { ...navigator, clipboard: { writeText: () => Promise.resolve() } });
  const page = render(App);
  await page.findByText('2021Q3 期');
  await fireEvent.click(page.getByText('逐项复制'));
  const line = (name: string) => within(page.container.querySelector('.portal ol') as HTMLElement).getByText(name).closest('li')!;
  await page.findByText('复制第 1 项：指标1');
  await fireEvent.click(line('指标3').querySelector('button')!);
  await page.findByText('还有 2 项没有复制，复制第 1 项：指标1');
  expect([line('指标1'), line('指标2'), line('指标3')].map((one) => one.classList.contains('done'))).toEqual([false, false, true]);
  expect(within(line('指标3')).getByText('已复制')).toBeTruthy();
  await fireEvent.click(page.getByText('还有 2 项没有复制，复制第 1 项：指标1'));
  await fireEvent.click(await page.findByText('复制第 2 项：指标2'));
  await page.findByText('3 项已全部复制');
});

test('of two records opened in a moment the last one is shown, and none after another figure', async () => {
  const page = render(App);
  await page.findByText('2021Q3 期');
  answers.record = async ({ id }: { id: number }) => {
    await later(id === 1 ? 60 : 5);
    return { kind: 'tenant', kind_label: '入驻对象', id, label: `${id}队`, in_bin: false, fields: [], history: [] };
  };
  void reports.open('tenant', 1);
  void reports.open('tenant', 2);
  await later(100);
  expect(reports.record?.id).toBe(2);
  void reports.open('tenant', 1);
  reports.show('a3');
  await later(100);
  expect(reports.record).toBeNull();
});

test('a box of a paper is named, and says that it was typed by hand or lacks something', async () => {
  const box = (code: string, text: string) => ({ at: 0, columns: 1, rows: 1, border: 'all', align: 'center', bold: false, size: 10, text, top: false, code });
  const cells = [
    { ...cell('a1', '团队', 2), overridden: true, reason: '漏登' },
    { ...cell('a2', '企业', null), gaps: [{ kind: 'tenant', id: 1, say: '甲队 未填 人数' }] },
  ];
  const grid = { widths: [10], landscape: false, rows: [{ height: 24, boxes: [box('a1', '2')] }, { height: 24, boxes: [box('a2', '')] }] };
  answers.fill = filled('q', '2021Q3', { cells, grid: grid as unknown as Filled['grid'] } as Partial<Filled>);
  const page = render(App);
  const typed = await page.findByRole('button', { name: '团队 2 个，查看依据' });
  expect(within(typed).getByText('手工')).toBeTruthy();
  const blank = page.getByRole('button', { name: '企业 未得出 个，查看依据' });
  expect(within(blank).getByText('缺')).toBeTruthy();
});

test('what opens a row without a name is not printed', async () => {
  const rows = [{ kind: 'tenant', id: 1, cells: [null, '甲队'] }];
  answers.fill = filled('q', '2021Q3', { cells: [], tables: [{ columns: ['序号', '名称'], rows, widths: [4, 10] }] } as Partial<Filled>);
  const page = render(App);
  expect((await page.findByText('查看')).classList.contains('look')).toBe(true);
});

test('the keys begin at their heading, and those of the papers work over a table too', async () => {
  answers.settings = { room: 'annexes', 'room/annexes': { side: 'tables', form: 'd', on: null } };
  answers.export = '/a.xlsx';
  const page = render(App);
  await page.findByText('2021-09-21 期');
  await fireEvent.keyDown(window, { key: 'e', ctrlKey: true });
  await fireEvent.keyDown(window, { key: 'p', ctrlKey: true });
  await waitFor(() => expect(times('print_page').length + times('export').length).toBe(2));
  await fireEvent.keyDown(window, { key: 'F1' });
  await waitFor(() => expect(document.activeElement?.textContent).toBe('键盘操作'));
});

test('a scan can be saved to be opened, and taken away', async () => {
  const scan = { id: 12, name: '盖章.pdf', image: false };
  const entry = { form: 'q', title: '季报', period: '2021Q2', label: '2021年06月', basis: 'ytd', sealed_at: '2021-06-23 10:00:00' };
  answers.filings = [{ ...entry, scans: [scan] }];
  answers.differences = [];
  answers.save_proof = '/桌面/盖章.pdf';
  answers.remove_proof = null;
  const page = render(App);
  await page.findByText('2021Q3 期');
  await fireEvent.click(page.getByRole('button', { name: '历次上报' }));
  await fireEvent.click(await page.findByText('盖章.pdf'));
  await page.findByText('已另存：/桌面/盖章.pdf');
  expect(times('save_proof')).toEqual([{ id: 12 }]);
  answers.filings = [{ ...entry, scans: [] }];
  await fireEvent.click(page.getByLabelText('移除 盖章.pdf'));
  await page.findByText('未附');
  expect(times('remove_proof')).toEqual([{ ids: [12] }]);
});

test('附表与申报 follows the day unless one was chosen, and shows no pack of another programme', async () => {
  answers.settings = { room: 'annexes' };
  answers.write_pack = async () => {
    await later(20);
    return { folder: '/包', zip: '/包.zip', workbooks: 1, proofs: 0, numbers: 0, missing: 0, remarks: [] };
  };
  const page = render(App);
  await waitFor(() => expect(annexes.gauge?.programme).toBe('p'));
  await annexes.write();
  expect(annexes.pack?.folder).toBe('/包');
  screen.goto({ room: 'annexes', programme: 'r', condition: 'A2' });
  await waitFor(() => expect(annexes.gauge?.programme).toBe('r'));
  expect(annexes.pack, 'the pack is that of the other').toBeNull();
  expect(annexes.condition).toBe('A2');
  expect(screen.remembered.programme).toBe('r');
  const writing = annexes.write();
  await annexes.choose('p');
  await writing;
  expect(annexes.pack, 'it was written for the other').toBeNull();

  answers.status = { ...status, today: '2021-09-22' };
  await screen.changed();
  await waitFor(() => expect(annexes.gauge?.on).toBe('2021-09-22'));
  await annexes.look('2021-12-31');
  answers.status = { ...status, today: '2021-09-23' };
  await screen.changed();
  await later(20);
  expect(annexes.gauge?.on).toBe('2021-12-31');

  // Who comes back is not led to the condition again.
  screen.goto({ room: 'annexes', programme: 'r', condition: 'A2' });
  await waitFor(() => expect(annexes.condition).toBe('A2'));
  screen.goto('reports');
  await page.findByLabelText('数据截止日');
  screen.goto('annexes');
  await page.findByLabelText('测算日');
  expect(annexes.condition).toBeNull();
});

test('where one was is found again after a restart', async () => {
  answers.settings = {
    room: 'annexes',
    programme: 'r',
    'room/annexes': { side: 'tables', form: 'y', on: '2021-12-31' },
    'room/keeping': 'history',
  };
  const page = render(App);
  await waitFor(() => expect((page.getByLabelText('附表') as HTMLSelectElement).value).toBe('y'));
  expect([annexes.programme, annexes.on, annexes.side]).toEqual(['r', '2021-12-31', 'tables']);
  expect(keeping.section).toBe('history');
  await fireEvent.click(page.getByRole('tab', { name: '条件' }));
  await waitFor(() => expect(screen.remembered['room/annexes']).toEqual({ side: 'conditions', form: 'y', on: '2021-12-31' }));
  keeping.section = 'about';
  expect(screen.remembered['room/keeping']).toBe('about');
  expect(times('remember').map((args) => args.key)).toContain('room/keeping');
});

test('the course that was chosen in 总览 is found again after a restart', async () => {
  const course = (code: string) => ({ code, label: `指标 ${code}`, unit: '个', values: [1] });
  answers.charts = {
    periods: ['2021Q3'], courses: [course('a1'), course('a2')], moved_in: [0], left: [0], present: [0], months: ['2021-09'],
    events: [0], events_wanted: 3, income: [], fields: [],
  };
  answers.settings = { room: 'overview', 'room/overview': 'a2' };
  const page = render(App);
  const choice = (await page.findByLabelText('指标')) as HTMLSelectElement;
  expect(choice.value).toBe('a2');
  await fireEvent.change(choice, { target: { value: 'a1' } });
  expect(screen.remembered['room/overview']).toBe('a1');
});

test('the last day of a judgement can be cleared', async () => {
  answers.settings = { room: 'annexes' };
  const page = render(App);
  const until = (await page.findByLabelText('A1 有效至')) as HTMLInputElement;
  expect((page.getByLabelText('A1 依据') as HTMLInputElement).value).toBe('见章程');
  await fireEvent.change(until, { target: { value: '' } });
  await waitFor(() =>
    expect(times('judge')).toEqual([
      { programme: 'p', condition: 'A1', on: '2021-09-21', answer: true, note: '见章程', until: null },
    ]),
  );
});
