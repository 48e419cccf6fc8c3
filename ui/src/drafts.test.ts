// What is typed and not yet kept, with a core that only listens.
import { mockIPC } from '@tauri-apps/api/mocks';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { drafted, drafts } from './drafts';

let written: [string, unknown][] = [];

beforeEach(async () => {
  vi.useFakeTimers();
  written = [];
  mockIPC((_, args) => {
    const { place, value } = args as { place: string; value: unknown };
    written.push([place, value]);
    return null;
  });
  drafts.take({ 'reason/q/2021Q3/R1': '写到一半' });
});

afterEach(() => vi.useRealTimers());

test('steady typing is written down within half a second all the same', async () => {
  for (let i = 1; i <= 8; i++) {
    drafts.keep('cell/team/1/note', '字'.repeat(i));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(written[0]).toEqual(['cell/team/1/note', '字'.repeat(4)]);
  expect(written.length).toBe(2);
});

test('what was saved leaves no draft', async () => {
  drafts.keep('cell/team/1/note', '青禾');
  drafts.forget('cell/team/1/note');
  await vi.advanceTimersByTimeAsync(500);
  expect(written).toEqual([['cell/team/1/note', null]]);
});

test('a field takes up what a killed run left in it, and is kept when it is left', () => {
  const field = document.createElement('textarea');
  document.body.append(field);
  const kept: string[] = [];
  field.addEventListener('change', () => kept.push(field.value));
  const end = drafted('reason/q/2021Q3/R1')(field);
  expect(field.value).toBe('写到一半');
  expect(kept).toEqual([]);
  field.focus();
  field.blur();
  expect(kept).toEqual(['写到一半']);
  expect(drafts.kept('reason/q/2021Q3/R1')).toBeUndefined();
  field.focus();
  field.blur();
  expect(kept).toEqual(['写到一半']);
  end();
});
