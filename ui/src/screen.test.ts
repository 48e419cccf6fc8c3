// The screen against a core that answers by script: what is shown, and what is asked.
import { mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import App from './App.svelte';
import { reports } from './rooms/reports.svelte';
import { screen } from './state.svelte';
import type { Breach, Cell, FigureView, Filled, RecordView, Status } from './types';

const cell = (code: string, label: string, value: number | null, more: Partial<Cell> = {}): Cell => ({
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
  ...more,
});

const warning: Breach = {
  rule: 'R21',
  level: 'warning',
  message: '像是估计数',
  codes: ['zjf05'],
  records: [],
  reason: null,
  offered: '逐人核对过',
};

const filled: Filled = {
  form: 'q',
  title: '季报',
  period: '2021Q3',
  period_label: '2021年09月',
  basis: 'ytd',
  start: '2021-01-01',
  cutoff: '2021-09-20',
  official: true,
  columns: ['指标名称', '计量单位', '代码', '数量'],
  head: [{ name: 'name', label: '众创空间名称', value: '青禾', line: 1 }],
  cells: [
    cell('zjf04', '活动场次', null, { section: '一、运营' }),
    cell('zjf05', '团队数量', 2, {
      from: [
        { kind: 'tenant', id: 1, label: '甲队', amount: 1, exact: 1 },
        { kind: 'tenant', id: 2, label: '<b>乙队</b>', amount: 1, exact: 1 },
      ],
      gaps: [{ kind: 'tenant', id: 2, say: '乙队 未填 人数' }],
      help: '报告期内服务过的团队',
    }),
  ],
  foot: [],
  tables: [],
  breaches: [warning],
};

const status: Status = {
  folder: '/data',
  backup_trouble: null,
  name: '青禾',
  empty: false,
  undo: '导入团队',
  redo: null,
  today: '2021-09-21',
  form: 'q',
  period: '2021Q3',
  forms: [
    {
      id: 'q',
      family: 'q',
      title: '季报',
      issuer: '',
      period: 'quarter',
      first: '2021Q3',
      basis: 'ytd',
      cutoff_day: 20,
      official: true,
      own: false,
    },
  ],
  broken: [],
  periods: ['2021Q3', '2021Q2'],
  warnings: [],
};

const record: RecordView = {
  kind: 'tenant',
  kind_label: '入驻对象',
  id: 1,
  label: '甲队',
  in_bin: false,
  fields: [{ name: 'moved_in_on', label: '入驻日期', text: '2021-03-01' }],
  history: [{ step: 7, at: '2021-03-02 09:00', name: '导入团队', who: '许知微', changes: [['入驻日期', '', '2021-03-01']] }],
};

const figure: FigureView = {
  code: 'zjf05',
  course: [],
  by_hand: true,
  about: { counts: '', how: ['团队的个数'], unit: '个', days: '', document: '', clause: '', sure: '' },
};

let asked: [string, unknown][] = [];
let answers: Record<string, unknown> = {};

/** An answer that is a refusal stops the question, as the core's own does. */
const refuse = (code: string, message: string, more = {}) => ({ refusal: { code, message, flaws: [], ...more } });

beforeEach(() => {
  asked = [];
  answers = { status, settings: { room: 'reports' }, drafts: {}, fill: filled, record, explain: filled, override_cell: filled, file_as: filled, figure };
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2021, 8, 21, 10) });
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
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
    asked.push([command, args]);
    if (command === 'recover') answers.status = status;
    // The first question of all holds the answers to several.
    const first = command === 'first' && !(answers.status as { refusal?: unknown }).refusal;
    if (first) return [{ status: answers.status, list: null }, answers.settings, answers.drafts];
    const answer = answers[command === 'first' ? 'status' : command] as { refusal?: unknown } | null;
    if (answer?.refusal) throw answer.refusal;
    return typeof answer === 'function' ? (answer as (args: unknown) => unknown)(args) : answer;
  });
  Object.assign(screen, { status: null, closed: null, notice: null, room: 'overview' });
  Object.assign(reports, { form: '', period: '', filled: null, code: null, record: null });
});

afterEach(cleanup);

test('an empty store says what the program is and offers the sample', async () => {
  answers.status = { ...status, empty: true, name: null, undo: null };
  answers.open_sample = status;
  const page = render(App);
  await fireEvent.click(await page.findByText('打开示例'));
  await fireEvent.click(page.getByRole('button', { name: '报表' }));
  await page.findByText('2021年09月');
  expect(asked.map(([command]) => command)).toContain('open_sample');
});

test('a blank figure stays blank, and is not zero', async () => {
  const page = render(App);
  const figure = await page.findByRole('button', { name: /活动场次.*查看依据/ });
  expect(figure.textContent?.trim()).toBe('');
});

test('a figure opens into its records, and a record into its fields and history', async () => {
  const page = render(App);
  await fireEvent.click(await page.findByRole('button', { name: /团队数量.*查看依据/ }));
  expect(page.getByText('依据 2 条记录')).toBeTruthy();
  expect(page.getByText('乙队 未填 人数')).toBeTruthy();
  expect(page.getByText('<b>乙队</b>'), 'a name is text, never markup').toBeTruthy();
  await fireEvent.click(page.getByText('甲队'));
  await page.findByText('入驻日期');
  expect(asked.at(-1)).toEqual(['record', { kind: 'tenant', id: 1 }]);
  await fireEvent.keyDown(window, { key: 'Escape' });
  expect(page.queryByText('修改历史')).toBeNull();
});

test('a reason is kept when its field is left, and that of last quarter is offered', async () => {
  const page = render(App);
  const field = await page.findByLabelText('情况说明');
  await fireEvent.change(field, { target: { value: '已核对' } });
  await waitFor(() => expect(asked).toContainEqual(['explain', { form: 'q', period: '2021Q3', rule: 'R21', reason: '已核对' }]));
  await fireEvent.click(page.getByText('沿用上期'));
  await waitFor(() =>
    expect(asked).toContainEqual(['explain', { form: 'q', period: '2021Q3', rule: 'R21', reason: '逐人核对过' }]),
  );
});

test('a hand-typed value needs a reason, and what number it may be the core says', async () => {
  const page = render(App);
  await fireEvent.click(await page.findByRole('button', { name: /团队数量.*查看依据/ }));
  const take = (await page.findByText('采用手工值')) as HTMLButtonElement;
  const [value, reason] = [page.getByLabelText('数值(个)'), page.getByLabelText('理由')];
  await fireEvent.input(value, { target: { value: '3.5' } });
  expect(take.disabled).toBe(true);
  await fireEvent.input(reason, { target: { value: '漏登' } });
  answers.override_cell = refuse('refused', '“团队数量”(zjf05)只填整数，不能填 3.50');
  await fireEvent.click(take);
  await page.findByText('“团队数量”(zjf05)只填整数，不能填 3.50');
  const args = { form: 'q', period: '2021Q3', code: 'zjf05', value: '3.5', reason: '漏登' };
  expect(asked).toContainEqual(['override_cell', args]);
});

test('no box for a number stands beside what is none', async () => {
  answers.figure = { ...figure, by_hand: false };
  const page = render(App);
  await fireEvent.click(await page.findByRole('button', { name: /团队数量.*查看依据/ }));
  await waitFor(() => expect(asked.at(-1)?.[0]).toBe('figure'));
  expect(page.queryByText('手工填写')).toBeNull();
});

test('an occupied target says so, and the export is still there to try again', async () => {
  answers.export = refuse('occupied', '文件正被其他程序占用，请关闭后重试：/a.xlsx');
  const page = render(App);
  await fireEvent.click(await page.findByRole('button', { name: '导出 Excel' }));
  await page.findByText(/文件正被其他程序占用/);
  answers.export = '/a.xlsx';
  await fireEvent.click(page.getByText('再试一次'));
  await page.findByText('已导出：/a.xlsx');
});

test('every flaw of a refusal is listed', async () => {
  const flaws = [{ place: {}, say: '警示 R21 尚未写明理由' }, { place: {}, say: '错误 R01：总收入不等于五项之和' }];
  answers.seal = refuse('flawed', '两处', { flaws });
  const page = render(App);
  await fireEvent.click(await page.findByText('上报封存', { selector: 'button' }));
  await fireEvent.click(page.getByText('封存', { selector: 'button' }));
  await page.findByText('警示 R21 尚未写明理由');
  expect(page.getByText('错误 R01：总收入不等于五项之和')).toBeTruthy();
});

test('undo works by key, but not while typing', async () => {
  answers.undo = '导入团队';
  const page = render(App);
  const field = await page.findByLabelText('情况说明');
  await fireEvent.keyDown(field, { key: 'z', ctrlKey: true });
  expect(asked.map(([command]) => command)).not.toContain('undo');
  await fireEvent.keyDown(window, { key: 'z', ctrlKey: true });
  await page.findByText('已撤销：导入团队');
});

test('basis and cut-off are recorded with the filing', async () => {
  const page = render(App);
  await fireEvent.click(await page.findByLabelText('本季'));
  await waitFor(() =>
    expect(asked).toContainEqual([
      'file_as',
      { form: 'q', period: '2021Q3', choice: { basis: 'quarter', cutoff: null, reported_on: null, due_on: null } },
    ]),
  );
  const cutoff = page.getByLabelText('数据截止日');
  await fireEvent.change(cutoff, { target: { value: '20210930' } });
  await waitFor(() =>
    expect(asked).toContainEqual([
      'file_as',
      { form: 'q', period: '2021Q3', choice: { basis: null, cutoff: '2021-09-30', reported_on: null, due_on: null } },
    ]),
  );
  await fireEvent.change(cutoff, { target: { value: '2021-02-30' } });
  await page.findByText('请写成 2021-09-20');
});

test('a sealed filing cannot be edited', async () => {
  answers.fill = { ...filled, sealed_at: '2021-09-23 10:00:00' };
  const page = render(App);
  await page.findByText(/已于 2021-09-23 10:00 上报封存/);
  expect((page.getByLabelText('数据截止日') as HTMLInputElement).disabled).toBe(true);
  await fireEvent.click(page.getByRole('button', { name: /团队数量.*查看依据/ }));
  expect(page.queryByText('采用手工值')).toBeNull();
});

test('a damaged store offers the backup that was named', async () => {
  answers.status = refuse('damaged', '台账文件已损坏', { backup: '/data/backups/a.db' });
  const page = render(App);
  await fireEvent.click(await page.findByText('从这份备份恢复'));
  await page.findByText('2021年09月');
});

test('a newer store offers nothing that could harm it', async () => {
  answers.status = refuse('newer', '这个台账由更新版本写入');
  const page = render(App);
  await page.findByText('台账来自更新的版本');
  expect(page.queryAllByRole('button').filter((b) => b.closest('dialog') === null)).toEqual([]);
});

test('of two forms asked for in a moment the last one is shown, whichever answer comes first', async () => {
  const page = render(App);
  await page.findByText('2021年09月');
  answers.fill = async ({ period }: { period: string }) => {
    await new Promise((done) => setTimeout(done, period === '2021Q2' ? 60 : 5));
    return { ...filled, period, period_label: period === '2021Q2' ? '2021年06月' : '2021年09月' };
  };
  void reports.look('2021Q2');
  await reports.look('2021Q3');
  await new Promise((done) => setTimeout(done, 120));
  expect(reports.filled?.period).toBe('2021Q3');
});
