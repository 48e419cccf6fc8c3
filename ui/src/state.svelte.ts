// What the screen shows: the core's answers, and what the person has chosen to look at.
import * as api from './api';
import { samePeriod } from './words';
import type { Cell, Filled, FilingChoice, FormEntry, RecordView, Refusal, Status } from './types';

/** What a message is about decides where it is shown and with which button. */
export type Notice = { tone: 'good' | 'bad'; text: string; flaws?: string[]; retry?: () => void };

export class Screen {
  status = $state<Status | null>(null);
  /** Why the data folder could not be opened. */
  closed = $state<Refusal | null>(null);
  form = $state('');
  period = $state('');
  filled = $state.raw<Filled | null>(null);
  /** Code of the figure on the right. */
  code = $state<string | null>(null);
  /** The record on the right, opened from the figure or from a check. */
  record = $state.raw<RecordView | null>(null);
  notice = $state<Notice | null>(null);
  /** What is going on, for the status line. */
  busy = $state<string | null>(null);

  entry: FormEntry | undefined = $derived(this.status?.forms.find((f) => f.id === this.form));
  cell: Cell | undefined = $derived(this.filled?.cells.find((c) => c.code === this.code));
  sealed: boolean = $derived(this.filled?.sealed_at !== undefined && this.filled?.sealed_at !== null);

  /** Runs one question to the core. A refusal becomes a message beside the form, with the step to try again. */
  async ask<T>(what: string, question: () => Promise<T>, retry = false): Promise<T | undefined> {
    this.busy = what;
    try {
      const answer = await question();
      if (this.notice?.tone === 'bad') this.notice = null;
      return answer;
    } catch (error) {
      const why = api.refusal(error);
      if (why.code === 'held' || why.code === 'newer' || why.code === 'damaged') this.closed = why;
      const flaws = why.flaws.map((f) => f.say);
      const text = flaws.length > 1 ? `${what}没有完成，请先处理以下 ${flaws.length} 项：` : why.message;
      this.notice = {
        tone: 'bad',
        text,
        ...(flaws.length > 1 ? { flaws } : {}),
        ...(retry ? { retry: () => void this.ask(what, question, true) } : {}),
      };
      return undefined;
    } finally {
      this.busy = null;
    }
  }

  async start(): Promise<void> {
    this.busy = '正在打开台账';
    try {
      await this.opened(await api.status());
    } catch (error) {
      this.closed = api.refusal(error);
    } finally {
      this.busy = null;
    }
  }

  /** Tries again after a failed start. */
  async again(question: () => Promise<Status>): Promise<void> {
    this.busy = '正在打开台账';
    try {
      const status = await question();
      this.closed = null;
      await this.opened(status);
    } catch (error) {
      this.closed = api.refusal(error);
    } finally {
      this.busy = null;
    }
  }

  private async opened(status: Status): Promise<void> {
    this.status = status;
    this.form = status.form ?? status.forms[0]?.id ?? '';
    this.period = status.period ?? '';
    if (!status.empty) await this.refill();
  }

  async openSample(): Promise<void> {
    const status = await this.ask('打开示例', api.openSample);
    if (status) await this.opened(status);
  }

  async choose(form: string): Promise<void> {
    const before = this.entry?.period;
    this.form = form;
    const kind = this.entry?.period;
    if (kind && kind !== before) {
      this.period = samePeriod(kind, this.status?.period ?? '', this.status?.today ?? '');
    }
    this.code = null;
    this.record = null;
    this.notice = null;
    await this.refill();
  }

  async look(period: string): Promise<void> {
    this.period = period;
    this.record = null;
    this.notice = null;
    await this.refill();
  }

  async refill(): Promise<void> {
    if (!this.form || !this.period) return;
    const filled = await this.ask('计算报表', () => api.fill(this.form, this.period, { basis: null, cutoff: null }));
    this.filled = filled ?? null;
  }

  /** Takes over a form that came back from a change, and the new names of undo and redo. */
  private async changed(filled: Filled | undefined): Promise<boolean> {
    if (!filled) return false;
    this.filled = filled;
    await this.refresh();
    return true;
  }

  private async refresh(): Promise<void> {
    try {
      this.status = await api.status();
    } catch (error) {
      this.closed = api.refusal(error);
    }
  }

  fileAs(choice: Partial<FilingChoice>): Promise<boolean> {
    const whole = { basis: null, cutoff: null, reported_on: null, due_on: null, ...choice };
    return this.keep('登记填报信息', () => api.fileAs(this.form, this.period, whole));
  }

  override(code: string, value: number | null, reason: string): Promise<boolean> {
    return this.keep('手工填写', () => api.overrideCell(this.form, this.period, code, value, reason));
  }

  explain(rule: string, reason: string): Promise<boolean> {
    return this.keep('说明警示', () => api.explain(this.form, this.period, rule, reason));
  }

  seal(): Promise<boolean> {
    return this.keep('上报封存', () => api.seal(this.form, this.period));
  }

  private async keep(what: string, question: () => Promise<Filled>): Promise<boolean> {
    return this.changed(await this.ask(what, question));
  }

  async unseal(reason: string): Promise<boolean> {
    const done = await this.ask('解封', () => api.unseal(this.form, this.period, reason));
    if (done === undefined) return false;
    await Promise.all([this.refill(), this.refresh()]);
    return true;
  }

  async export(): Promise<void> {
    const write = async () => {
      const path = await api.exportWorkbook(this.form, this.period, { basis: null, cutoff: null });
      if (path) this.notice = { tone: 'good', text: `已导出：${path}` };
      return path;
    };
    await this.ask('导出', write, true);
  }

  async attachScan(): Promise<void> {
    const name = await this.ask('附盖章扫描件', () => api.attachScan(this.form, this.period));
    if (!name) return;
    await this.refresh();
    this.notice = { tone: 'good', text: `已附上盖章扫描件：${name}` };
  }

  async step(back: boolean): Promise<void> {
    const name = await this.ask(back ? '撤销' : '重做', back ? api.undo : api.redo);
    if (!name) return;
    this.record = null;
    await this.refresh();
    if (this.status?.empty) this.filled = null;
    else await this.refill();
    this.notice = { tone: 'good', text: `${back ? '已撤销' : '已重做'}：${name}` };
  }

  show(code: string): void {
    this.code = code;
    this.record = null;
  }

  async open(kind: string, id: number): Promise<void> {
    this.record = (await this.ask('打开记录', () => api.record(kind, id))) ?? this.record;
  }
}

export const screen = new Screen();
