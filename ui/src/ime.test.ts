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

test('the space that takes a word is the input method’s in both orders, and the next one is the hand’s', () => {
  const first = new Composition();
  first.start();
  first.update();
  expect(first.owns(key({ key: ' ', isComposing: true, keyCode: 229, timeStamp: 10 }))).toBe(true);
  first.end({ timeStamp: 11 });
  expect(first.owns(key({ key: ' ', keyCode: 32, timeStamp: 12 }))).toBe(false);
  for (const keyCode of [229, 32]) {
    const ime = new Composition();
    ime.start();
    ime.update();
    ime.end({ timeStamp: 10 });
    expect(ime.owns(key({ key: ' ', keyCode, timeStamp: 11 }))).toBe(true);
    expect(ime.owns(key({ key: ' ', keyCode: 32, timeStamp: 12 }))).toBe(false);
  }
});

test('keys that go through the words on offer are the input method’s, whether or not the engine says that it composes', () => {
  for (const isComposing of [true, false]) {
    const ime = new Composition();
    ime.start();
    for (const [at, name] of ['ArrowDown', 'ArrowUp', 'Tab', 'PageDown', '2'].entries()) {
      expect(ime.owns(key({ key: name, keyCode: 229, isComposing, timeStamp: at }))).toBe(true);
      ime.update();
    }
  }
});

test('Escape that gives a composition up is the input method’s; the next one is the hand’s', () => {
  const first = new Composition();
  first.start();
  expect(first.owns(key({ key: 'Escape', isComposing: true, keyCode: 229, timeStamp: 10 }))).toBe(true);
  first.update();
  first.end({ timeStamp: 11 });
  expect(first.owns(key({ key: 'Escape', keyCode: 27, timeStamp: 12 }))).toBe(false);
  const ime = new Composition();
  ime.start();
  ime.end({ timeStamp: 10 });
  expect(ime.owns(key({ key: 'Escape', keyCode: 229, timeStamp: 11 }))).toBe(true);
  expect(ime.owns(key({ key: 'Escape', keyCode: 27, timeStamp: 12 }))).toBe(false);
});

test('a letter’s key that follows its own event, as in WebKit, does not let the Enter that ends the composition through', () => {
  for (const end of ['Enter', ' ']) {
    const ime = new Composition();
    ime.start();
    ime.update();
    expect(ime.owns(key({ key: 'n', keyCode: 229, isComposing: true, timeStamp: 100 }))).toBe(true);
    ime.end({ timeStamp: 300 });
    expect(ime.owns(key({ key: end, timeStamp: 301 }))).toBe(true);
    expect(ime.owns(key({ key: end, timeStamp: 302 }))).toBe(false);
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
