// 报表: the form and period looked at, what stands behind a figure.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { Cell, Filled, FilingChoice, FormEntry, RecordView, Target } from '../types';
import { periodKind } from '../words';

class Reports {
  form = $state('');
  period = $state('');
  filled = $state.raw<Filled | null>(null);
  /** Code of the figure on the right. */
  code = $state<string | null>(null);
  /** The record on the right, opened from the figure or from a check. */
  record = $state.raw<RecordView | null>(null);
  /** The 警示 to whose reason an item led. */
  rule = $state<string | null>(null);
  /** The field of the filing to which an item led. */
  field = $state<string | null>(null);

  entry: FormEntry | undefined = $derived(screen.status?.forms.find((f) => f.id === this.form));
  cell: Cell | undefined = $derived(this.filled?.cells.find((c) => c.code === this.code));
  sealed: boolean = $derived(this.filled?.sealed_at !== undefined && this.filled?.sealed_at !== null);
  /** The form lies across its paper. */
  across: boolean = $derived(this.filled?.grid ? this.filled.grid.landscape : (this.filled?.tables.length ?? 0) > 0);

  /** Comes into the room, or hears that the records have changed. */
  async enter(): Promise<void> {
    const status = screen.status;
    if (!status || status.empty) {
      this.filled = null;
      return;
    }
    this.form ||= status.form ?? status.forms[0]?.id ?? '';
    this.period ||= status.period ?? '';
    await this.refill();
  }

  /** What the room itself shows: 附表与申报 looks at its tables through the same sheet. */
  private own: { form: string; period: string } | null = null;

  /** Comes into the room 报表: to where an item led, else to what was looked at there last, also before a restart. */
  async come(target: Extract<Target, { room: 'reports' }> | null): Promise<void> {
    const own = this.own ?? this.left();
    if (own && (own.form !== this.form || own.period !== this.period)) {
      [this.form, this.period] = [own.form, own.period];
      this.code = null;
      this.record = null;
    }
    const there = target ? this.arrive(target) : this.enter();
    // At once: who asks again before the answer is there asks for the same.
    this.stay();
    await there;
  }

  /** What was shown when the program was closed. A new quarter begins with itself. */
  private left(): { form: string; period: string } | null {
    const kept = screen.remembered['room/reports'] as { form?: string; period?: string; quarter?: string } | undefined;
    const entry = screen.status?.forms.find((f) => f.id === kept?.form);
    if (!entry || !kept?.period) return null;
    const same = kept.quarter === screen.status?.period && entry.period !== 'day' && periodKind(kept.period) === entry.period;
    return { form: entry.id, period: same ? kept.period : entry.first };
  }

  /** Keeps what the room shows, for coming back to it. */
  private stay(): void {
    if (screen.room !== 'reports' || !this.form || !this.period) return;
    if (this.own?.form === this.form && this.own.period === this.period) return;
    this.own = { form: this.form, period: this.period };
    void screen.remember('room/reports', { ...this.own, quarter: screen.status?.period ?? null });
  }

  /** Goes where an item led to. */
  async arrive(target: Extract<Target, { room: 'reports' }>): Promise<void> {
    if (target.form) this.form = target.form;
    if (target.period) this.period = target.period;
    // Where a form alone is named, the period may be of another kind.
    if (this.entry && periodKind(this.period) !== this.entry.period) this.period = this.entry.first;
    await this.enter();
    this.code = target.code ?? null;
    this.record = null;
    this.rule = target.rule ?? null;
    this.field = target.field ?? null;
  }

  /** On paper as it stands here; the page's name is what a file printed to is called. */
  print(): void {
    if (!this.filled) return;
    const name = document.title;
    document.title = `内部核对稿 ${this.filled.title} ${this.filled.period_label}`;
    addEventListener('focus', () => (document.title = name), { once: true });
    void screen.ask('打印', () => api.printPage(this.across));
  }

  async choose(form: string): Promise<void> {
    this.form = form;
    if (this.entry && periodKind(this.period) !== this.entry.period) this.period = this.entry.first;
    this.code = null;
    this.record = null;
    screen.notice = null;
    this.stay();
    await this.refill();
  }

  async look(period: string): Promise<void> {
    this.period = period;
    this.stay();
    this.record = null;
    screen.notice = null;
    await this.refill();
  }

  async refill(): Promise<void> {
    if (!this.form || !this.period) return;
    const question = (this.asked += 1);
    const filled = await screen.ask('计算报表', () => api.fill(this.form, this.period, { basis: null, cutoff: null }));
    if (question === this.asked) this.filled = filled ?? null;
  }

  /** Answers to an older question are not taken. */
  private asked = 0;

  fileAs(choice: Partial<FilingChoice>): Promise<boolean> {
    const whole = { basis: null, cutoff: null, reported_on: null, due_on: null, ...choice };
    return this.keep('登记填报信息', () => api.fileAs(this.form, this.period, whole));
  }

  override(code: string, value: string | null, reason: string): Promise<boolean> {
    return this.keep('手工填写', () => api.overrideCell(this.form, this.period, code, value, reason));
  }

  explain(rule: string, reason: string): Promise<boolean> {
    return this.keep('说明警示', () => api.explain(this.form, this.period, rule, reason));
  }

  seal(): Promise<boolean> {
    return this.keep('上报封存', () => api.seal(this.form, this.period));
  }

  /** Asks for the scan first: without one nothing is sealed. */
  sealWithScan(): Promise<boolean> {
    return this.keep('上报封存', () => api.sealWithScan(this.form, this.period));
  }

  /** Asks for a change of the form looked at, and takes what comes back if it still is. */
  private async keep(what: string, question: () => Promise<Filled | null>): Promise<boolean> {
    const [form, period] = [this.form, this.period];
    const filled = await screen.ask(what, question);
    if (!filled) return false;
    if (form === this.form && period === this.period) {
      this.asked += 1;
      this.filled = filled;
    }
    await screen.changed();
    return true;
  }

  async unseal(reason: string): Promise<boolean> {
    const done = await screen.ask('解封', () => api.unseal(this.form, this.period, reason));
    if (done === undefined) return false;
    await screen.changed();
    return true;
  }

  async export(): Promise<void> {
    const write = async () => {
      const path = await api.exportWorkbook(this.form, this.period, { basis: null, cutoff: null });
      if (path) screen.say(`已导出：${path}`);
      return path;
    };
    await screen.ask('导出', write, true);
  }

  async attachScan(): Promise<void> {
    const name = await screen.ask('附盖章扫描件', () => api.attachScan(this.form, this.period));
    if (!name) return;
    await screen.changed();
    screen.say(`已附上盖章扫描件：${name}`);
  }

  show(code: string): void {
    this.code = code;
    this.record = null;
  }

  async open(kind: string, id: number): Promise<void> {
    const [question, form, period, code] = [(this.opened += 1), this.form, this.period, this.code];
    const record = await screen.ask('打开记录', () => api.record(kind, id));
    const late = question !== this.opened || form !== this.form || period !== this.period || code !== this.code;
    if (record && !late) this.record = record;
  }

  private opened = 0;
}

export const reports = new Reports();
