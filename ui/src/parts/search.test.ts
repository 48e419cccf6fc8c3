// The search box against a core that answers when it is told to: an early Enter opens the first result, unless the
// person has gone on to something else.
import { mockIPC } from '@tauri-apps/api/mocks';
import { cleanup, fireEvent, render, waitFor } from '@testing-library/svelte';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { screen } from '../state.svelte';
import Search from './Search.svelte';

const target = { room: 'records', list: 'team', ids: [1] };
let answer: () => void;

beforeEach(() => {
  mockIPC((cmd) => {
    if (cmd !== 'search') return null;
    return new Promise((done) => {
      answer = () => done([{ label: '创业团队', hits: [{ label: '甲队', found: '', target }], more: 0 }]);
    });
  });
  vi.spyOn(screen, 'goto').mockImplementation(() => {});
});

afterEach(() => {
  vi.restoreAllMocks();
  cleanup();
});

async function entered() {
  const { container } = render(Search);
  const field = container.querySelector('input') as HTMLInputElement;
  field.focus();
  field.value = '甲';
  await fireEvent.input(field);
  await fireEvent.keyDown(field, { key: 'Enter' });
  return field;
}

test('Enter before the answer opens the first of what comes', async () => {
  await entered();
  expect(screen.goto).not.toHaveBeenCalled();
  answer();
  await waitFor(() => expect(screen.goto).toHaveBeenCalledWith(target));
});

test('who has left the box is not taken away by a late answer', async () => {
  const field = await entered();
  field.blur();
  answer();
  await new Promise((done) => setTimeout(done, 50));
  expect(screen.goto).not.toHaveBeenCalled();
});

test('the Enter that ended a composition opens nothing, though it comes after its end', async () => {
  const { container } = render(Search);
  const field = container.querySelector('input') as HTMLInputElement;
  field.focus();
  await fireEvent.compositionStart(field);
  field.value = '甲';
  await fireEvent.input(field);
  await fireEvent.compositionEnd(field);
  await fireEvent.keyDown(field, { key: 'Enter', keyCode: 13 });
  answer();
  await new Promise((done) => setTimeout(done, 60));
  expect(screen.goto).not.toHaveBeenCalled();
  await fireEvent.keyDown(field, { key: 'Enter', keyCode: 13 });
  expect(screen.goto, 'the next one does').toHaveBeenCalledWith(target);
});
