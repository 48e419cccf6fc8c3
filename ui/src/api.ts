// The only door to the core: one function for each command of the window.
import { Channel, invoke, type InvokeOptions } from '@tauri-apps/api/core';
import type {
  AboutProgram,
  Added,
  Applied,
  Backup,
  Bin,
  BrokenForm,
  Changed,
  Charts,
  Choice,
  Choices,
  Column,
  Dial,
  Difference,
  FigureView,
  FilingChoice,
  FilingEntry,
  First,
  Filled,
  Flaw,
  FormEntry,
  Gauge,
  HitGroup,
  ImportChoices,
  ListGroup,
  ListRow,
  Offer,
  Pattern,
  Only,
  Overview,
  PackReport,
  PlanRow,
  PlanView,
  PortalLine,
  ProgrammeForm,
  ProofAdded,
  ProofCount,
  ProofGroup,
  Put,
  QuarterProof,
  ReadBack,
  RecordProof,
  RecordView,
  Refusal,
  Reminder,
  RestoreChange,
  Round,
  RoundPut,
  Rows,
  SecondCopy,
  Sheet,
  Standing,
  Status,
  Step,
  StepEntry,
  Tailoring,
  TextView,
  Typed,
  View,
} from './types';

type FirstAnswer = [First, Record<string, unknown>, Record<string, unknown>];

declare global {
  interface Window {
    askedFirst?: Promise<FirstAnswer>;
  }
}

/** Long work: its number, under which it can be cancelled, and the way on which it tells how far it is. */
export class Job {
  private static last = 0;
  readonly id = (Job.last += 1);
  readonly steps: Channel<Step>;

  constructor(hear: (step: Step) => void) {
    this.steps = new Channel<Step>(hear);
  }
}

let before: Promise<unknown> = Promise.resolve();

/** Changes of the records go one after the other, in the order in which they were made: the core's threads keep none. */
function inTurn<T>(command: string, args?: Record<string, unknown> | Uint8Array, options?: InvokeOptions): Promise<T> {
  const answer = before.then(() => invoke<T>(command, args, options));
  before = answer.catch(() => null);
  return answer;
}

/** Everything that the first screen needs: the folder and the list left open, what is remembered, what was being typed. */
export const first = (): Promise<FirstAnswer> => {
  // The window has asked already, before this script was read; after that it is asked anew.
  const asked = window.askedFirst;
  delete window.askedFirst;
  return asked ?? invoke('first');
};
export const status = () => invoke<Status>('status');
export const reopen = () => invoke<null>('reopen');
export const recover = () => invoke<null>('recover');
/** Begins an empty store with the makerspace's name. */
export const begin = (name: string) => inTurn<Status>('begin', { name });
export const openSample = () => invoke<Status>('open_sample');
export const fill = (form: string, period: string, choice: Choice) => invoke<Filled>('fill', { form, period, choice });
export const fileAs = (form: string, period: string, choice: FilingChoice) =>
  inTurn<Filled>('file_as', { form, period, choice });
export const overrideCell = (form: string, period: string, code: string, value: string | null, reason: string) =>
  inTurn<Filled>('override_cell', { form, period, code, value, reason });
export const explain = (form: string, period: string, rule: string, reason: string) =>
  inTurn<Filled>('explain', { form, period, rule, reason });
/** Asks where to save; the path, or null when the person thought better of it. */
export const exportWorkbook = (form: string, period: string, choice: Choice) =>
  invoke<string | null>('export', { form, period, choice });
export const seal = (form: string, period: string) => inTurn<Filled>('seal', { form, period });
/** Asks for the scan of the stamped print first; null when none was chosen, and then nothing is sealed. */
export const sealWithScan = (form: string, period: string) => invoke<Filled | null>('seal_with_scan', { form, period });
export const figure = (form: string, period: string, code: string) => invoke<FigureView>('figure', { form, period, code });
export const portal = (form: string, period: string) => invoke<PortalLine[]>('portal', { form, period });
export const readBack = (form: string, period: string, text: string) =>
  invoke<ReadBack>('read_back', { form, period, text });
/** Opens the system's print dialog for what the page shows, on A4 upright or across. */
export const printPage = (across: boolean) => invoke<null>('print_page', { across });
export const filings = () => invoke<FilingEntry[]>('filings');
export const unseal = (form: string, period: string, reason: string) => inTurn<null>('unseal', { form, period, reason });
export const differences = (form: string, period: string) => invoke<Difference[]>('differences', { form, period });
/** Asks for the scan; its name, or null when none was chosen. */
export const attachScan = (form: string, period: string) => invoke<string | null>('attach_scan', { form, period });
/** A text with the figures of now in it, its count, its limit, and what changed since it was written. */
export const formText = (form: string, period: string, code: string) =>
  invoke<TextView>('form_text', { form, period, code });
/** The same for words that are still being typed; nothing is kept. */
export const previewText = (form: string, period: string, code: string, raw: string) =>
  invoke<TextView>('preview_text', { form, period, code, raw });
export const writeText = (form: string, period: string, code: string, raw: string) =>
  inTurn<TextView>('write_text', { form, period, code, raw });
/** The figures of now are the ones to compare with from here on. */
export const confirmText = (form: string, period: string, code: string) =>
  inTurn<TextView>('confirm_text', { form, period, code });
/** Records that a form offers as a beginning. */
export const offers = (form: string) => invoke<Offer[]>('offers', { form });
export const takeOffers = (form: string) => inTurn<number>('take_offers', { form });
/** A form as plain text, to send as a message. */
export const plainForm = (form: string, period: string) => invoke<string>('plain_form', { form, period });
/** What of a form can be changed. */
export const pattern = (form: string) => invoke<Pattern>('pattern', { form });
/** Changes columns or indicators in the manager's own copy of an unofficial form. */
export const tailor = (form: string, change: Tailoring) => inTurn<FormEntry>('tailor', { form, change });
export const record = (kind: string, id: number) => invoke<RecordView>('record', { kind, id });
export const lists = () => invoke<ListGroup[]>('lists');
export const listColumns = (list: string) => invoke<Column[]>('list_columns', { list });
/** A window on a view. `anew` filters and sorts again; else rows keep their places. */
export const listRows = (list: string, view: View, from: number, count: number, anew: boolean) =>
  invoke<Rows>('list_rows', { list, view, from, count, anew });
export const listPosition = (list: string, view: View, id: number) =>
  invoke<number | null>('list_position', { list, view, id });
export const listBlock = (list: string, view: View, from: number, to: number, fields: string[]) =>
  invoke<string>('list_block', { list, view, from, to, fields });
export const listIds = (list: string, view: View, from: number, to: number) =>
  invoke<number[]>('list_ids', { list, view, from, to });
export const changeCells = (list: string, puts: Put[]) => inTurn<Changed>('change_cells', { list, puts });
export const addRecord = (list: string, typed: Typed[]) => inTurn<Added>('add_record', { list, typed });
/** Empties fields of rows of a view. */
export const emptyBlock = (list: string, view: View, from: number, to: number, fields: string[]) =>
  inTurn<Changed>('empty_block', { list, view, from, to, fields });
/** Gives the rows below the first one what it has. */
export const fillDown = (list: string, view: View, from: number, to: number, fields: string[]) =>
  inTurn<Changed>('fill_down', { list, view, from, to, fields });
/** What a new record would be so far; nothing is saved. */
export const beginRecord = (list: string, typed: Typed[]) => invoke<Added>('begin_record', { list, typed });
export const deleteRecords = (list: string, ids: number[]) => inTurn<null>('delete_records', { list, ids });
/** The same of thousands, told and to be stopped. */
export const deleteMany = (job: Job, list: string, ids: number[]) =>
  inTurn<null>('delete_many', { job: job.id, steps: job.steps, list, ids });
export const putBack = (kind: string, id: number) => inTurn<null>('put_back', { kind, id });
/** Brings back all that was deleted at a moment. */
export const putBackAll = (at: string) => inTurn<null>('put_back_all', { at });
/** So many of what was deleted last. */
export const bin = (count: number) => invoke<Bin>('bin', { count });
export const refChoices = (list: string, field: string, text: string) =>
  invoke<Choices>('ref_choices', { list, field, text });
export const sheet = (kind: string, id: number) => invoke<Sheet>('sheet', { kind, id });
export const recordOn = (list: string, id: number, day: string) =>
  invoke<ListRow | null>('record_on', { list, id, day });
export const restoreStep = (kind: string, id: number, step: number) =>
  inTurn<null>('restore_step', { kind, id, step });
export const round = (period: string) => invoke<Round>('round', { period });
export const roundPut = (period: string, put: RoundPut) => inTurn<Round>('round_put', { period, put });
export const roundConfirm = (period: string, tenants: number[] | null) =>
  inTurn<Round>('round_confirm', { period, tenants });
export const undo = () => inTurn<string | null>('undo');
export const redo = () => inTurn<string | null>('redo');

export const cancel = (job: number) => invoke<null>('cancel', { job });
/** Remembers a setting; null forgets it. */
export const remember = (key: string, value: unknown) => invoke<null>('remember', { key, value });
export const draft = (place: string, value: unknown) => inTurn<null>('draft', { place, value });
export const overview = () => invoke<Overview>('overview');
export const dials = () => invoke<Dial[]>('dials');
export const charts = () => invoke<Charts>('charts');
export const search = (typed: string) => invoke<HitGroup[]>('search', { typed });
/** Makes the records ready for it: before the first letter comes. */
export const readySearch = () => invoke<null>('ready_search');
export const backups = () => invoke<Backup[]>('backups');
export const backupNow = (job: Job) => invoke<Backup>('backup_now', { job: job.id, steps: job.steps });
/** What comes due: reports, agreements, leases, qualifications, recognitions. */
export const reminders = () => invoke<Reminder[]>('reminders');
export const restoreChanges = (job: Job, name: string) =>
  invoke<RestoreChange[]>('restore_changes', { job: job.id, steps: job.steps, name });
export const restore = (job: Job, name: string) => invoke<null>('restore', { job: job.id, steps: job.steps, name });
export const verify = (job: Job) => invoke<Flaw[]>('verify', { job: job.id, steps: job.steps });
export const secondCopy = () => invoke<SecondCopy>('second_copy');
/** Asks for a folder; its path, or null when none was chosen. */
export const chooseCopyFolder = () => invoke<string | null>('choose_copy_folder');
export const copyAway = (job: Job, folder: string) => invoke<Flaw[]>('copy_away', { job: job.id, steps: job.steps, folder });
export const steps = () => invoke<StepEntry[]>('steps');
export const takeBack = (step: number) => inTurn<string>('take_back', { step });
export const aboutProgram = () => invoke<AboutProgram>('about_program');
/** How the makerspace stands with every programme on a day. */
export const standings = (on: string) => invoke<Standing[]>('standings', { on });
/** Programme files of the manager's own that cannot be used. */
export const brokenProgrammes = () => invoke<BrokenForm[]>('broken_programmes');
/** A programme's conditions held against the records on a day. */
export const gauge = (programme: string, on: string) => invoke<Gauge>('gauge', { programme, on });
/** A yes or no on a condition, with a note; null takes it back. */
export const judge = (programme: string, condition: string, on: string, answer: boolean | null, note: string, until: string | null) =>
  inTurn<Gauge>('judge', { programme, condition, on, answer, note, until });
/** The tables that belong to a programme; behind them those of other occasions, and rosters. */
export const programmeForms = (programme: string, on: string) =>
  invoke<ProgrammeForm[]>('programme_forms', { programme, on });
/** What its list of material asks for, and the records that lack it. */
export const programmeProof = (programme: string, on: string) => invoke<ProofGroup[]>('programme_proof', { programme, on });
/** Asks for a folder and writes the pack into it; null when none was chosen. */
export const writePack = (job: Job, programme: string, on: string) =>
  invoke<PackReport | null>('write_pack', { job: job.id, steps: job.steps, programme, on });
/** The proof of a record: its files, what it wants (齐全 n/m), which roles fit it. */
export const proof = (kind: string, id: number) => invoke<RecordProof>('proof', { kind, id });
/** 齐全 n/m of every record of a kind or list that wants something. */
export const proofCounts = (kind: string) => invoke<ProofCount[]>('proof_counts', { kind });
/** The proof behind a quarterly report, and the records that lack some. */
export const quarterProof = (period: string) => invoke<QuarterProof>('quarter_proof', { period });
/** Asks for files and puts them with a record; null when none was chosen. Without a role the name decides. */
export const chooseProof = (kind: string, id: number, role: string | null) =>
  invoke<ProofAdded | null>('choose_proof', { kind, id, role });
/** Puts a file that was dropped or pasted with a record. */
export const dropProof = async (kind: string, id: number, role: string | null, file: File) =>
  inTurn<ProofAdded>('drop_proof', new Uint8Array(await file.arrayBuffer()), {
    headers: { kind, id: String(id), role: encodeURIComponent(role ?? ''), name: encodeURIComponent(file.name) },
  });
export const removeProof = (ids: number[]) => inTurn<null>('remove_proof', { ids });
export const changeProofRole = (ids: number[], role: string) => inTurn<null>('change_proof_role', { ids, role });
/** The bytes of a proof file. `createImageBitmap(new Blob([bytes]))` on a canvas shows a picture small: the
 * page's policy lets no image address in but its own. */
export const proofContent = (id: number) => invoke<ArrayBuffer>('proof_content', { id });
/** Asks where to save a copy; the path, or null. */
export const saveProof = (id: number) => invoke<string | null>('save_proof', { id });

/** Asks for a file to import; its name, or null when none was chosen. */
export const pickRoster = () => invoke<string | null>('pick_roster');
/** Hands over a file that was dropped on the window. */
export const dropRoster = async (file: File) =>
  invoke<null>('drop_roster', await file.arrayBuffer(), { headers: { name: encodeURIComponent(file.name) } });
export const pasteRoster = (text: string) => invoke<null>('paste_roster', { text });
/** Reads what was picked, dropped or pasted; without a list for the one that it looks like. */
export const readRoster = (job: Job, list: string | null, choices: ImportChoices) =>
  invoke<PlanView>('read_roster', { job: job.id, steps: job.steps, list, choices });
/** Reads text pasted into a grid, over these records or as new ones where there is null. */
export const planBlock = (list: string, fields: string[], ids: (number | null)[], text: string) =>
  invoke<PlanView>('plan_block', { list, fields, ids, text });
export const planRows = (from: number, count: number, only: Only | null) =>
  invoke<PlanRow[]>('plan_rows', { from, count, only });
export const planTake = (rows: number[], taken: boolean) => invoke<PlanView>('plan_take', { rows, taken });
export const planTakeAll = (only: Only | null, taken: boolean) => invoke<PlanView>('plan_take_all', { only, taken });
export const planImport = (job: Job) => invoke<Applied>('plan_import', { job: job.id, steps: job.steps });
/** Forgets what was read, or the block that was pasted into a grid. */
export const planDrop = (block: boolean) => invoke<null>('plan_drop', { block });
/** Asks where to save the rows that failed; the path, or null. */
export const saveCorrection = () => invoke<string | null>('save_correction');
/** Asks where to save a template, blank or with the present records; the path, or null. */
export const saveTemplate = (list: string, filled: boolean) =>
  invoke<string | null>('save_template', { list, filled });

/** What a failed call was refused with. A failure that is none of the core's own is shown as it came. */
export function refusal(error: unknown): Refusal {
  if (typeof error === 'object' && error !== null && 'flaws' in error && 'message' in error) return error as Refusal;
  // The web view's own word for what it cannot read.
  if (error instanceof DOMException) {
    return { code: 'window', message: '读不了这个文件：它可能是文件夹，或已被移走，或正被其他程序占用。', flaws: [] };
  }
  return { code: 'window', message: `窗口内部出错：${String(error)}`, flaws: [] };
}
