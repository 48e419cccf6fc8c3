// The only door to the core: one function for each command of the window.
import { invoke } from '@tauri-apps/api/core';
import type { Choice, Difference, Filled, FilingChoice, RecordView, Refusal, Status } from './types';

export const status = () => invoke<Status>('status');
export const reopen = () => invoke<Status>('reopen');
export const recover = () => invoke<Status>('recover');
export const openSample = () => invoke<Status>('open_sample');
export const fill = (form: string, period: string, choice: Choice) => invoke<Filled>('fill', { form, period, choice });
export const fileAs = (form: string, period: string, choice: FilingChoice) =>
  invoke<Filled>('file_as', { form, period, choice });
export const overrideCell = (form: string, period: string, code: string, value: number | null, reason: string) =>
  invoke<Filled>('override_cell', { form, period, code, value, reason });
export const explain = (form: string, period: string, rule: string, reason: string) =>
  invoke<Filled>('explain', { form, period, rule, reason });
/** Asks where to save; the path, or null when the person thought better of it. */
export const exportWorkbook = (form: string, period: string, choice: Choice) =>
  invoke<string | null>('export', { form, period, choice });
export const seal = (form: string, period: string) => invoke<Filled>('seal', { form, period });
export const unseal = (form: string, period: string, reason: string) => invoke<null>('unseal', { form, period, reason });
export const differences = (form: string, period: string) => invoke<Difference[]>('differences', { form, period });
/** Asks for the scan; its name, or null when none was chosen. */
export const attachScan = (form: string, period: string) => invoke<string | null>('attach_scan', { form, period });
export const record = (kind: string, id: number) => invoke<RecordView>('record', { kind, id });
export const undo = () => invoke<string | null>('undo');
export const redo = () => invoke<string | null>('redo');

/** What a failed call was refused with. A failure that is none of the core's own is shown as it came. */
export function refusal(error: unknown): Refusal {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) return error as Refusal;
  return { code: 'window', message: `窗口内部出错：${String(error)}`, flaws: [] };
}
