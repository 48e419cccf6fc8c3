import { describe, expect, test } from 'vitest';
import { amountWord, contentWord, dayTyped, dayWord, maskWord, periodKind, periodWord, timeWord } from './words';

describe('periods and days', () => {
  test.each([
    ['2021Q3', '2021年第3季度'],
    ['2021', '2021年'],
    ['2021-09-20', '2021年9月20日'],
  ])('%s reads %s', (period, word) => expect(periodWord(period)).toBe(word));

  test('a time keeps its day', () => expect(dayWord('2021-09-05 10:00:00')).toBe('2021年9月5日'));

  test('a time ends at its minute', () => {
    expect(timeWord('2021-09-23T10:00:05.123')).toBe('2021-09-23 10:00');
    expect(timeWord('2021-09-23 10:00:05')).toBe('2021-09-23 10:00');
  });

  test.each(['2021-9-5', '2021/9/5', '2021.9.5', '2021年9月5日', '20210905', ' 2021-09-05 '])('%s is a day', (typed) =>
    expect(dayTyped(typed)).toBe('2021-09-05'),
  );

  test.each(['', '2021-02-30', '2021-13-01', '9月5日', '2021-9', 'abc', '21-9-5'])('%s is no day', (typed) =>
    expect(dayTyped(typed)).toBeNull(),
  );

  test.each([
    ['2021', 'year'],
    ['2026-03-02', 'day'],
    ['2021Q3', 'quarter'],
    ['', null],
  ])('%s is a period of a %s', (period, kind) => expect(periodKind(period)).toBe(kind));
});

describe('figures', () => {
  test('blank is not zero', () => {
    expect(contentWord(null)).toBe('');
    expect(contentWord(0)).toBe('0');
  });

  test('an amount keeps its 分 in 千元 and is not grouped', () => {
    expect(amountWord(1234.56789)).toBe('1234.56789');
    expect(amountWord(15)).toBe('15');
  });
});

test.each([
  ['13812345678', '138****5678'],
  ['027-87654321', '027*****4321'],
  ['8765', '****'],
  ['', ''],
])('the middle of %s is hidden as the core hides it', (phone, masked) => expect(maskWord(phone)).toBe(masked));
