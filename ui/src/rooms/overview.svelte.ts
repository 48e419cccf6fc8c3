// 总览: what the core says needs doing, and the numbers of the charts.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { About, Charts, Dial, Overview as View } from '../types';

class Overview {
  view = $state.raw<View | null>(null);
  dials = $state.raw<Dial[] | null>(null);
  charts = $state.raw<Charts | null>(null);
  /** The figure whose course the person chose. */
  private chosen = $state<string | null>(null);

  /** The figure whose course is shown. */
  get code(): string {
    const wanted = this.chosen ?? screen.remembered['room/overview'];
    const courses = this.charts?.courses ?? [];
    return (courses.find((course) => course.code === wanted) ?? courses[0])?.code ?? '';
  }

  set code(code: string) {
    this.chosen = code;
    void screen.remember('room/overview', code);
  }

  /** Asks for what is shown first, then for what stands below it. */
  async enter(): Promise<void> {
    const view = await screen.ask('查看本季情况', api.overview);
    if (!view) return;
    this.view = view;
    this.charts = (await screen.ask('汇总各季度', api.charts)) ?? this.charts;
    this.dials = (await screen.ask('测算申报条件', api.dials)) ?? this.dials;
  }

  /** What a figure of the quarterly report counts, and where that is said. */
  async about(code: string): Promise<About | undefined> {
    const target = this.view?.figures.find((figure) => figure.target.room === 'reports')?.target;
    const period = this.view?.period;
    if (target?.room !== 'reports' || !target.form || !period) return undefined;
    const form = target.form;
    return (await screen.ask('查看指标', () => api.figure(form, period, code)))?.about;
  }
}

export const overview = new Overview();
