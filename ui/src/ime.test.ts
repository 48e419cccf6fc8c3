import { expect, test } from 'vitest';
import { Composition, enterLeaves } from './ime';

const key = (over: Partial<KeyboardEvent>): KeyboardEvent =>
  ({ key: 'Enter', keyCode: 13, isComposing: false, timeStamp: 0, ...over }) as KeyboardEvent;

test('the Enter that ends a composition is the input method’s, in the order of Chromium', () => {
  const ime = new Composition();
  ime.start();
  ime.update();
  expect(ime.owns(key({ isComposing: true, keyCode: 229, timeStamp: 10 }))).toBe(true);
  ime.end({ timeStamp: 11 });
  expect(ime.owns(key({ timeStamp: 12 }))).toBe(false);
});

test('and in the order of WebKit, where the composition is over before its key comes', () => {
  for (const keyCode of [229, 13]) {
    const ime = new Composition();
    ime.start();
    ime.update();
    ime.end({ timeStamp: 10 });
    expect(ime.owns(key({ keyCode, timeStamp: 11 }))).toBe(true);
    expect(ime.owns(key({ timeStamp: 12 }))).toBe(false);
  }
});

test('a hand that presses Enter after the composition is heard', () => {
  const ime = new Composition();
  ime.start();
  ime.end({ timeStamp: 10 });
  expect(ime.owns(key({ timeStamp: 90 }))).toBe(false);
});

test('letters typed without an input method are nobody else’s', () => {
  expect(new Composition().owns(key({ key: 'a', keyCode: 65, timeStamp: 1 }))).toBe(false);
});

test('Enter leaves a field that is kept on leaving, unless it ends a composition', () => {
  const field = document.createElement('input');
  document.body.append(field);
  const end = enterLeaves(field);
  const press = (keyCode: number) => field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', keyCode, bubbles: true }));
  field.focus();
  field.dispatchEvent(new CompositionEvent('compositionstart'));
  field.dispatchEvent(new CompositionEvent('compositionend'));
  press(229);
  expect(document.activeElement).toBe(field);
  press(13);
  expect(document.activeElement).not.toBe(field);
  end();
});
