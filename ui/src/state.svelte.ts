// What every room shares: the open folder, where the person is, what is going on. Each room keeps its own
// state in a file beside it.
import { untrack } from 'svelte';
import * as api from './api';
import { drafts } from './drafts';
import type { FirstList, Refusal, Status, Step, Target } from './types';

/** What a message is about decides where it is shown and with which button. */
export type Notice = {
  tone: 'good' | 'bad';
  text: string;
  flaws?: string[];
  retry?: () => void;
  /** The question that was refused: the same one answered takes the message away. */
  of?: string;
};

export type Room = Target['room'];

/** Long work under way: what it is called, how far it is, and the way to stop it. */
export type Work = { what: string; step: Step | null; stopping: boolean; stop: () => void };

/** A setting that the screen remembers; what it means is the room's business. */
type Remembered = Record<string, unknown>;

export class Screen {
  status = $state.raw<Status | null>(null);
  /** Why the data folder could not be opened. */
  closed = $state<Refusal | null>(null);
  room = $state<Room>('overview');
  /** The list that the window was left in, which came with the first answer. */
  private open: FirstList | null = null;
  /** Where an item led to; the room takes it up with `take`. */
  private target = $state.raw<Target | null>(null);
  notice = $state<Notice | null>(null);
  /** The questions under way, oldest first. */
  private under = $state.raw<string[]>([]);
  /** A dialog that shows messages and long work itself: behind it nobody could answer them. */
  apart = $state(false);
  /** Long work under way; one at a time. */
  work = $state<Work | null>(null);
  /** Grows with every change of the records: who shows some asks again. */
  turn = $state(0);
  /** What the person set: theme, text size, filters. */
  remembered = $state.raw<Remembered>({});
  /** What the system shows, where the person did not choose. */
  private systemDark = $state(false);

  /** What is going on, for the status line. Set to null it ends the last that was begun: it comes to rest when all have
   * ended. */
  get busy(): string | null {
    return this.under.at(-1) ?? null;
  }

  set busy(what: string | null) {
    // Who only says that something is going on does not wait for what else is.
    const under = untrack(() => this.under);
    this.under = what === null ? under.slice(0, -1) : [...under, what];
  }

  private midnight: ReturnType<typeof setTimeout> | undefined;

  dark: boolean = $derived(this.remembered.theme === 'dark' || (this.remembered.theme !== 'light' && this.systemDark));
  textSize: string = $derived(typeof this.remembered.text_size === 'string' ? this.remembered.text_size : 'normal');

  /** Runs one question to the core. A refusal becomes a message, with the step to try again. */
  async ask<T>(what: string, question: () => Promise<T>, retry = false): Promise<T | undefined> {
    this.busy = what;
    try {
      const answer = await question();
      this.answered(what);
      return answer;
    } catch (error) {
      this.refused(what, api.refusal(error), retry ? () => void this.ask(what, question, true) : undefined);
      return undefined;
    } finally {
      this.busy = null;
    }
  }

  /** Runs long work that tells how far it is and can be stopped. What was stopped gives nothing. */
  async run<T>(what: string, question: (job: api.Job) => Promise<T>): Promise<T | undefined> {
    if (this.work) {
      this.notice = { tone: 'bad', text: `${this.work.what}还没有完成，请等它结束，或先取消它。` };
      return undefined;
    }
    const job = new api.Job((step) => {
      if (this.work) this.work.step = step;
    });
    const stop = () => {
      if (!this.work || this.work.stopping) return;
      this.work.stopping = true;
      void api.cancel(job.id);
    };
    this.work = { what, step: null, stopping: false, stop };
    try {
      const answer = await question(job);
      this.answered(what);
      return answer;
    } catch (error) {
      const why = api.refusal(error);
      if (why.code === 'cancelled') this.notice = { tone: 'good', text: `${what}：${why.message}。` };
      else this.refused(what, why, () => void this.run(what, question));
      return undefined;
    } finally {
      this.work = null;
    }
  }

  /** A message stays until what it is about has gone well, or the person closes it or goes elsewhere. */
  private answered(what: string): void {
    if (this.notice?.tone === 'bad' && this.notice.of === what) this.notice = null;
  }

  private refused(what: string, why: Refusal, retry?: () => void): void {
    if (why.code === 'held' || why.code === 'damaged') this.closed = why;
    const flaws = why.flaws.map((f) => f.say);
    const text = flaws.length > 1 ? `${what}没有完成，请先处理以下 ${flaws.length} 项：` : why.message;
    this.notice = { tone: 'bad', text, of: what, ...(flaws.length > 1 ? { flaws } : {}), ...(retry ? { retry } : {}) };
  }

  async start(): Promise<void> {
    const dark = matchMedia('(prefers-color-scheme: dark)');
    this.systemDark = dark.matches;
    dark.addEventListener('change', (e) => (this.systemDark = e.matches));
    await this.again();
    if (this.status) await this.sameDay();
    // Once the first room stands: the first search is then as quick as the next. What goes wrong here the search says.
    setTimeout(() => void api.readySearch().catch(() => null), 1000);
  }

  /** Opens the folder, at the start or after it could not be opened. */
  async again(before?: () => Promise<unknown>): Promise<void> {
    this.busy = '正在打开台账';
    try {
      await before?.();
      const [{ status, list }, remembered, typed] = await api.first();
      drafts.take(typed);
      this.remembered = remembered;
      this.open = list;
      this.closed = null;
      if (status.empty) this.room = 'overview';
      else if (isRoom(this.remembered.room)) this.room = this.remembered.room;
      this.status = status;
      this.turn += 1;
    } catch (error) {
      this.closed = api.refusal(error);
    } finally {
      this.busy = null;
    }
  }

  /** Takes over a new state of the folder: every room asks anew for what it shows. */
  opened(status: Status): void {
    this.status = status;
    this.turn += 1;
  }

  /** After any change of the records: the names of undo and redo, and whatever is shown, are asked for anew. Who made the
   * change and shows it already hears which turn is its own. */
  async changed(mine?: (turn: number) => void): Promise<void> {
    // What a change was refused for is settled by one that was taken.
    if (this.notice?.tone === 'bad' && !this.notice.of) this.notice = null;
    try {
      this.status = await api.status();
    } catch (error) {
      this.closed = api.refusal(error);
    }
    mine?.(this.turn + 1);
    this.turn += 1;
  }

  /** Asks anew for everything when the day has changed since it was asked for. */
  async sameDay(): Promise<void> {
    const now = new Date();
    const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
    if (this.status && this.status.today !== today) await this.changed();
    // The next midnight, for a window that is in front when it comes.
    clearTimeout(this.midnight);
    const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, 0, 0, 1);
    this.midnight = setTimeout(() => void this.sameDay(), next.getTime() - now.getTime());
  }

  /** Goes to a room, or to a record, figure, import, form … in it. */
  goto(to: Target | Room): void {
    const target: Target = typeof to === 'string' ? ({ room: to } as Target) : to;
    if (this.notice && !this.notice.retry && (this.notice.tone === 'good' || this.room !== target.room)) this.notice = null;
    this.target = typeof to === 'string' ? null : target;
    if (this.room === target.room) return;
    this.room = target.room;
    void this.remember('room', target.room);
  }

  /** For a room: where an item led to, once. Call it in an effect. */
  take<R extends Room>(room: R): Extract<Target, { room: R }> | null {
    const target = this.target;
    if (target?.room !== room) return null;
    untrack(() => (this.target = null));
    return target as Extract<Target, { room: R }>;
  }

  /** For the room of lists: the list that came with the first answer, once. */
  takeList(): FirstList | null {
    const list = this.open;
    this.open = null;
    return list;
  }

  /** Remembers a setting over the restart; null forgets it. */
  async remember(key: string, value: unknown): Promise<void> {
    const { [key]: _, ...others } = this.remembered;
    this.remembered = value === null ? others : { ...others, [key]: value };
    try {
      await api.remember(key, value);
    } catch (error) {
      this.refused('保存设置', api.refusal(error));
    }
  }

  async begin(name: string): Promise<void> {
    const status = await this.ask('建立台账', () => api.begin(name));
    if (status) this.opened(status);
  }

  async openSample(): Promise<void> {
    const status = await this.ask('打开示例', api.openSample);
    if (status) this.opened(status);
  }

  async step(back: boolean): Promise<void> {
    const name = await this.ask(back ? '撤销' : '重做', back ? api.undo : api.redo);
    if (!name) return;
    await this.changed();
    this.notice = { tone: 'good', text: `${back ? '已撤销' : '已重做'}：${name}` };
  }

  say(text: string): void {
    this.notice = { tone: 'good', text };
  }
}

export const ROOMS: { id: Room; name: string; icon: string }[] = [
  { id: 'overview', name: '总览', icon: 'M4 13h6V4H4z M14 20h6v-9h-6z M4 20h6v-3H4z M14 7h6V4h-6z' },
  { id: 'records', name: '档案', icon: 'M3 6a2 2 0 0 1 2-2h4l2 3h8a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z' },
  { id: 'round', name: '季度更新', icon: 'M4 5h16v15H4z M4 9.5h16 M8 3v4 M16 3v4 M8.5 14.5l2.5 2.5 4.5-4.5' },
  { id: 'import', name: '导入', icon: 'M12 3v12 M7 10l5 5 5-5 M4 20h16' },
  { id: 'reports', name: '报表', icon: 'M5 3h9l5 5v13H5z M14 3v5h5 M8 12h8 M8 16h8' },
  { id: 'annexes', name: '附表与申报', icon: 'M8 3h8v4H8z M16 5h3v16H5V5h3 M8.5 12l2 2 4-4 M8.5 18h7' },
  { id: 'keeping', name: '备份与设置', icon: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z M9 12l2 2 4-4' },
];

const isRoom = (name: unknown): name is Room => ROOMS.some((room) => room.id === name);

export const screen = new Screen();
