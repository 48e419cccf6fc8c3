// How things are written on screen. Nothing here decides anything.
import type { Basis, Cell, PeriodKind } from './types';

type Content = Cell['value'];

export const basisWord = (basis: Basis): string => (basis === 'ytd' ? '本年累计' : '本季');

/** 2021Q3 → 2021年第3季度. */
export function periodWord(period: string): string {
  const quarter = /^(\d{4})Q([1-4])$/.exec(period);
  if (quarter) return `${quarter[1]}年第${quarter[2]}季度`;
  if (/^\d{4}$/.test(period)) return `${period}年`;
  return dayWord(period);
}

/** 2021Q3 → 2021年3季, short enough for an axis. */
export const quarterWord = (period: string): string => period.replace(/^(\d{4})Q([1-4])$/, '$1年$2季');

/** 2021-09-20 → 2021年9月20日. */
export function dayWord(day: string): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(day);
  return parts ? `${parts[1]}年${Number(parts[2])}月${Number(parts[3])}日` : day;
}

/** 2021-09-23T10:00:05.123 → 2021-09-23 10:00. */
export const timeWord = (at: string): string => at.slice(0, 16).replace('T', ' ');

/** A figure as the paper shows it: blank stays blank. */
export const contentWord = (content: Content): string => (content === null ? '' : String(content));

/** An unrounded amount with at most five decimals, as many as 分 in 千元 has. */
export const amountWord = (amount: number): string =>
  amount.toLocaleString('zh-CN', { maximumFractionDigits: 5, useGrouping: false });

/** Of which kind a period is, by how it is written. */
export function periodKind(period: string): PeriodKind | null {
  if (/^\d{4}Q[1-4]$/.test(period)) return 'quarter';
  if (/^\d{4}$/.test(period)) return 'year';
  return /^\d{4}-\d{2}-\d{2}$/.test(period) ? 'day' : null;
}

/** A day as people type it (2021-9-20, 2021/9/20, 2021.9.20, 2021年9月20日, 20210920) → 2021-09-20; null when it is none. */
export function dayTyped(text: string): string | null {
  const parts =
    /^(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?$/.exec(text.trim()) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(text.trim());
  if (!parts) return null;
  const day = `${parts[1]}-${parts[2]?.padStart(2, '0')}-${parts[3]?.padStart(2, '0')}`;
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(day) ? day : null;
}

/** A telephone number with its middle hidden: 138****5678. What is shorter than seven signs is hidden whole. */
export const maskWord = (phone: string): string =>
  phone.length < 7 ? '*'.repeat(phone.length) : phone.slice(0, 3) + '*'.repeat(phone.length - 7) + phone.slice(-4);

/** A size in bytes as people read it: 820 KB, 1.4 MB. */
export function sizeWord(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [size, unit] = bytes < 1024 * 1024 ? [bytes / 1024, 'KB'] : [bytes / 1024 / 1024, 'MB'];
  return `${size < 10 ? size.toFixed(1) : Math.round(size)} ${unit}`;
}
