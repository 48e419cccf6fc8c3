// 附表与申报: the programme looked at, on which day, and what of it is shown.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { BrokenForm, FormEntry, Gauge, PackReport, ProgrammeForm, ProofGroup, Standing, Target } from '../types';
import { reports } from './reports.svelte';

export type Side = 'conditions' | 'tables' | 'proof';

class Annexes {
  standings = $state.raw<Standing[]>([]);
  broken = $state.raw<BrokenForm[]>([]);
  programme = $state('');
  on = $state('');
  side = $state<Side>('conditions');
  gauge = $state.raw<Gauge | null>(null);
  forms = $state.raw<ProgrammeForm[]>([]);
  groups = $state.raw<ProofGroup[]>([]);
  /** Id of the table on show. */
  form = $state('');
  /** The condition that an item led to. */
  condition = $state<string | null>(null);
  pack = $state.raw<PackReport | null>(null);

  /** Comes into the room, or hears that the records have changed. */
  async enter(target: Extract<Target, { room: 'annexes' }> | null): Promise<void> {
    const status = screen.status;
    if (!status || status.empty) return;
    this.on ||= status.today;
    if (target?.programme) {
      this.programme = target.programme;
      this.side = 'conditions';
      this.condition = target.condition ?? null;
    }
    const standings = await screen.ask('测算条件', () => api.standings(this.on));
    if (!standings) return;
    this.standings = standings;
    this.broken = (await screen.ask('查看申报事项', api.brokenProgrammes)) ?? [];
    const known = standings.some((s) => s.id === this.programme);
    if (!known) {
      const last = screen.remembered.programme;
      this.programme = standings.find((s) => s.id === last)?.id ?? standings[0]?.id ?? '';
    }
    await this.refill();
  }

  async choose(programme: string): Promise<void> {
    this.programme = programme;
    this.pack = null;
    this.condition = null;
    this.form = '';
    void screen.remember('programme', programme);
    await this.refill();
  }

  async look(on: string): Promise<void> {
    this.on = on;
    this.pack = null;
    await this.enter(null);
  }

  private async refill(): Promise<void> {
    const [programme, on] = [this.programme, this.on];
    const all = await screen.ask('测算条件', () =>
      Promise.all([api.gauge(programme, on), api.programmeForms(programme, on), api.programmeProof(programme, on)]),
    );
    if (!all || programme !== this.programme || on !== this.on) return;
    [this.gauge, this.forms, this.groups] = all;
    const known = [...this.forms, ...this.others].some((f) => f.id === this.form);
    if (!known) this.form = this.forms[0]?.id ?? this.others[0]?.id ?? '';
    if (this.side === 'tables') await this.table(this.form);
  }

  async show(side: Side): Promise<void> {
    this.side = side;
    if (side === 'tables') await this.table(this.form);
  }

  /** Shows a table as the room 报表 does. */
  async table(id: string): Promise<void> {
    this.form = id;
    const period = this.forms.find((f) => f.id === id)?.period ?? this.periodOf(id);
    if (!period) return;
    // The table on show is filled anew; what stands open beside it stays open.
    if (reports.form === id && reports.period === period && reports.filled) await reports.refill();
    else await reports.arrive({ room: 'reports', form: id, period });
  }

  /** Tables that no item of the programme asks for: those of other occasions, and rosters. */
  get others(): FormEntry[] {
    const known = new Set(this.forms.map((f) => f.id));
    return (screen.status?.forms ?? []).filter((f) => f.period !== 'quarter' && !known.has(f.id));
  }

  private periodOf(id: string): string | undefined {
    const kind = screen.status?.forms.find((f) => f.id === id)?.period;
    if (kind === 'day') return this.on;
    return kind === 'year' ? this.on.slice(0, 4) : undefined;
  }

  async judge(condition: string, answer: boolean | null, note: string, until: string | null): Promise<boolean> {
    const gauge = await screen.ask('登记判断', () =>
      api.judge(this.programme, condition, this.on, answer, note, until),
    );
    if (!gauge) return false;
    this.gauge = gauge;
    await screen.changed();
    return true;
  }

  async write(): Promise<void> {
    const report = await screen.run('生成材料包', (job) => api.writePack(job, this.programme, this.on));
    if (!report) return;
    this.pack = report;
    screen.say(`材料包已生成：${report.folder}`);
  }
}

export const annexes = new Annexes();
