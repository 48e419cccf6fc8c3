// What every room shares: messages that stay until they are settled, work under way, keys that a browser would take.
import { mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as api from './api';
import App from './App.svelte';
import { drafts } from './drafts';
import Ask from './parts/Ask.svelte';
import Proof from './records/Proof.svelte';
import { importing } from './rooms/import.svelte';
import Round from './rooms/Round.svelte';
import { screen } from './state.svelte';
import type { PlanView, Round as Tenants, Status } from './types';

let asked: [string, Record<string, unknown>][] = [];
let answers: Record<string, unknown> = {};

const refuse = (message: string, code = 'refused') => ({ refusal: { code, message, flaws: [] } });

beforeEach(() => {
  asked = [];
  answers = {};
  Element.prototype.scrollIntoView = vi.fn();
  mockIPC((command, args) => {
    asked.push([command, args as Record<string, unknown>]);
    const answer = answers[command] as { refusal?: unknown } | null | undefined;
    if (answer?.refusal) throw answer.refusal;
    return typeof answer === 'function' ? (answer as (args: unknown) => unknown)(args) : (answer ?? null);
  });
  Object.assign(screen, { status: null, closed: null, notice: null, room: 'overview', remembered: {} });
});

afterEach(cleanup);

test('a refusal stays until the same thing has gone well, or the person goes elsewhere', async () => {
  answers.backups = refuse('没有列出');
  await screen.ask('列出备份', api.backups);
  await screen.ask('列出操作', api.steps);
  expect(screen.notice?.text, 'another answer says nothing of it').toBe('没有列出');
  answers.backups = [];
  await screen.ask('列出备份', api.backups);
  expect(screen.notice).toBeNull();
  answers.backups = refuse('没有列出');
  await screen.ask('列出备份', api.backups);
  screen.goto('records');
  expect(screen.notice).toBeNull();
});

test('the status line rests when the last question has been answered', async () => {
  let slow: (value: unknown) => void = () => undefined;
  answers.backups = () => new Promise((done) => (slow = done));
  answers.steps = [];
  const first = screen.ask('保存', api.backups);
  await screen.ask('读取', api.steps);
  expect(screen.busy, 'the save is still under way').not.toBeNull();
  await waitFor(() => expect(asked.map(([c]) => c)).toContain('backups'));
  slow([]);
  await first;
  expect(screen.busy).toBeNull();
});

test('a backup that cannot be used closes nothing but the question', async () => {
  answers.restore_changes = refuse('由更新版本写入', 'newer');
  await screen.run('查看恢复的影响', (job) => api.restoreChanges(job, 'a.db'));
  expect(screen.closed).toBeNull();
  expect(screen.notice?.text).toContain('由更新版本写入');
});

test('what the web view cannot read is said in words', () => {
  const why = api.refusal(new DOMException('The object can not be found here.', 'NotFoundError'));
  expect(why.message).toContain('读不了这个文件');
  expect(why.flaws).toEqual([]);
});

const plan = (shape: string): PlanView =>
  ({ file: 'a.xlsx', shape, label: shape, counts: {}, choices: { sheet: null }, mapping: [], sheets: [] }) as unknown as PlanView;

test('a file is read for the list that was chosen before it, and a choice that was not taken shows what holds', async () => {
  answers.pick_roster = 'a.xlsx';
  answers.list_columns = [];
  answers.read_roster = ({ list }: { list: string | null }) => plan(list ?? 'team');
  await importing.led('mentor');
  await importing.pick();
  expect(asked.find(([c]) => c === 'read_roster')?.[1].list).toBe('mentor');
  expect(importing.list).toBe('mentor');
  const stood = importing.stood;
  answers.read_roster = refuse('已取消', 'cancelled');
  await importing.into('event');
  expect(importing.list, 'the plan is still one of mentors').toBe('mentor');
  expect(importing.stood).toBeGreaterThan(stood);
  await importing.give();
  answers.read_roster = ({ list }: { list: string | null }) => plan(list ?? 'team');
  await importing.pick();
  expect(asked.filter(([c]) => c === 'read_roster').at(-1)?.[1].list, 'and the next file is guessed again').toBeNull();
  await importing.give();
});

test('of several proof files each that is not taken is named', async () => {
  answers.proof = { kind: 'event', id: 1, label: '沙龙', files: [], needs: [], have: 0, want: 0, roles: ['照片'], other_roles: [] };
  answers.choose_proof = { added: [1, 2], known: [], remarks: [], refused: ['空.pdf：文件是空的'] };
  answers.status = { empty: false } as Status;
  const page = render(Proof, { kind: 'event', id: 1, proofFirst: false });
  await fireEvent.click(await page.findByText('选择文件'));
  await waitFor(() => expect(screen.notice?.flaws).toEqual(['空.pdf：文件是空的']));
  expect(screen.notice?.text).toContain('已添加 2 个文件');

  const unreadable = { name: '照片', arrayBuffer: () => Promise.reject(new DOMException('', 'NotFoundError')) };
  const sound = { name: '好.jpg', arrayBuffer: () => Promise.resolve(new ArrayBuffer(1)) };
  answers.drop_proof = { added: [3], known: [], remarks: [], refused: [] };
  const box = page.container.querySelector('.proof') as HTMLElement;
  await fireEvent(box, Object.assign(new Event('drop', { bubbles: true }), { dataTransfer: { files: [unreadable, sound] } }));
  await waitFor(() => expect(screen.notice?.flaws?.[0]).toContain('照片：读不了这个文件'));
  expect(screen.notice?.text, 'and the other one has come').toContain('已添加 1 个文件');
});

test('confirming all the others does not overwrite what somebody typed and is not taken', async () => {
  const column = { name: 'staff', label: '人数', unit: '人', help: '', type: 'int' };
  const row = (tenant: number, label: string) => ({
    tenant, label, stage: '团队', left_on: null, now: [''], offered: ['8'], last_on: '2021-06-20', confirmable: true, done: false,
  });
  const round = { period: '2021Q3', as_of: '2021-09-20', columns: [column], rows: [row(1, '甲队'), row(2, '乙队')], done: 0 };
  answers.round = round as unknown as Tenants;
  answers.round_confirm = round;
  answers.round_put = refuse('“约9”不是整数', 'flawed');
  answers.status = { empty: false, periods: ['2021Q3'], period: '2021Q3' };
  Object.assign(screen, { status: answers.status, room: 'round' });
  const page = render(Round);
  const field = (await page.findByLabelText('甲队 人数')) as HTMLInputElement;
  await fireEvent.input(field, { target: { value: '约9' } });
  await fireEvent.click(page.getByText('其余全部确认'));
  await waitFor(() => expect(asked.map(([c]) => c)).toContain('round_confirm'));
  expect(asked.find(([c]) => c === 'round_confirm')?.[1].tenants, '甲队 is left out').toEqual([2]);
  expect(field.value, 'and what was typed still stands there').toBe('约9');
  expect(screen.notice?.text).toContain('甲队');
});

test('keys by which a browser would go away do nothing, and Ctrl+F goes to the search', async () => {
  vi.stubGlobal('matchMedia', () => ({ matches: false, addEventListener: () => undefined }));
  const page = render(App);
  const press = (init: KeyboardEventInit) => {
    const event = new KeyboardEvent('keydown', { ...init, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
  };
  for (const key of ['F5', 'F3', 'F7']) expect(press({ key }), key).toBe(true);
  for (const key of ['r', 'R', 'g', 'p', 'j', 's']) expect(press({ key, ctrlKey: true }), `Ctrl+${key}`).toBe(true);
  expect(press({ key: 'c', ctrlKey: true }), 'copying stays').toBe(false);
  expect(press({ key: 'f', ctrlKey: true })).toBe(true);
  page.unmount();
});

test('a reason that a killed run left in a question stands there again, and goes with the question', async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    this.dispatchEvent(new Event('close'));
  };
  drafts.take({ 'ask/解封': '上级退回' });
  let given = '';
  const children = createRawSnippet(() => ({ render: () => '<p></p>' }));
  const page = render(Ask, { open: true, title: '解封', go: '解封吧', needsReason: true, ongo: (reason: string) => (given = reason), children });
  const field = (await page.findByLabelText('理由')) as HTMLTextAreaElement;
  expect(field.value).toBe('上级退回');
  await fireEvent.input(field, { target: { value: '上级退回，要求更正' } });
  expect(drafts.kept('ask/解封')).toBe('上级退回，要求更正');
  await fireEvent.click(page.getByText('解封吧'));
  expect(given).toBe('上级退回，要求更正');
  expect(drafts.kept('ask/解封')).toBeUndefined();
});
