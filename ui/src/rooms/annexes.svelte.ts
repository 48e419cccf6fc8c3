// 附表与申报: the programme looked at, on which day, and what of it is shown.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { BrokenForm, Gauge, PackReport, ProgrammeForm, ProofGroup, Standing, Target } from '../types';
import { reports } from './reports.svelte';

const SIDES = ['conditions', 'tables', 'proof'] as const;
export type Side = (typeof SIDES)[number];

class Annexes {
  standings = $state.raw<Standing[]>([]);
  broken = $state.raw<BrokenForm[]>([]);
  programme = $state('');
  on = $state('');
  side = $state<Side>('conditions');
  gauge = $state.raw<Gauge | null>(null);
  /** The programme's own tables, then those of other occasions, and rosters. */
  forms = $state.raw<ProgrammeForm[]>([]);
  groups = $state.raw<ProofGroup[]>([]);
  /** Id of the table on show. */
  form = $state('');
  /** The condition that an item led to. */
  condition = $state<string | null>(null);
  pack = $state.raw<PackReport | null>(null);

  own: ProgrammeForm[] = $derived(this.forms.filter((form) => form.asked));
  others: ProgrammeForm[] = $derived(this.forms.filter((form) => !form.asked));

  /** The day that the person chose; without one it is today. */
  private chosen: string | null = null;
  private came = false;

  /** Comes into the room, or hears that the records have changed. */
  async enter(target: Extract<Target, { room: 'annexes' }> | null): Promise<void> {
    const status = screen.status;
    if (!status || status.empty) return;
    if (!this.came) this.left();
    const on = this.chosen ?? status.today;
    if (on !== this.on) this.pack = null;
    this.on = on;
    if (target?.programme) {
      if (target.programme !== this.programme) {
        this.pack = null;
        this.form = '';
      }
      this.programme = target.programme;
      this.side = 'conditions';
      this.condition = target.condition ?? null;
      void screen.remember('programme', target.programme);
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

  /** What was shown when the program was closed. */
  private left(): void {
    this.came = true;
    const kept = screen.remembered['room/annexes'] as { side?: string; form?: string; on?: string | null } | undefined;
    this.side = SIDES.find((side) => side === kept?.side) ?? this.side;
    this.form = kept?.form ?? this.form;
    this.chosen = kept?.on ?? null;
  }

  /** Keeps what the room shows, for the next start. */
  private stay(): void {
    const now = { side: this.side, form: this.form, on: this.chosen };
    if (JSON.stringify(now) !== JSON.stringify(screen.remembered['room/annexes'])) void screen.remember('room/annexes', now);
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
    this.chosen = on === screen.status?.today ? null : on;
    this.stay();
    await this.enter(null);
  }

  private async refill(): Promise<void> {
    const [programme, on] = [this.programme, this.on];
    const all = await screen.ask('测算条件', () =>
      Promise.all([api.gauge(programme, on), api.programmeForms(programme, on), api.programmeProof(programme, on)]),
    );
    if (!all || programme !== this.programme || on !== this.on) return;
    [this.gauge, this.forms, this.groups] = all;
    if (!this.forms.some((form) => form.id === this.form)) this.form = this.forms[0]?.id ?? '';
    if (this.side === 'tables') await this.table(this.form);
  }

  async show(side: Side): Promise<void> {
    if (side !== this.side) this.condition = null;
    this.side = side;
    this.stay();
    if (side === 'tables') await this.table(this.form);
  }

  /** Shows a table as the room 报表 does. */
  async table(id: string): Promise<void> {
    this.form = id;
    const period = this.forms.find((form) => form.id === id)?.period;
    if (!period) return;
    this.stay();
    // The table on show is filled anew; what stands open beside it stays open.
    if (reports.form === id && reports.period === period && reports.filled) await reports.refill();
    else await reports.arrive({ room: 'reports', form: id, period });
  }

  async judge(condition: string, answer: boolean | null, note: string, until: string | null): Promise<boolean> {
    const [programme, on] = [this.programme, this.on];
    const gauge = await screen.ask('登记判断', () => api.judge(programme, condition, on, answer, note, until));
    if (!gauge) return false;
    if (programme === this.programme && on === this.on) this.gauge = gauge;
    await screen.changed();
    return true;
  }

  async write(): Promise<void> {
    const [programme, on] = [this.programme, this.on];
    const report = await screen.run('生成材料包', (job) => api.writePack(job, programme, on));
    if (!report) return;
    if (programme === this.programme && on === this.on) this.pack = report;
    screen.say(`材料包已生成：${report.folder}`);
  }
}

export const annexes = new Annexes();
