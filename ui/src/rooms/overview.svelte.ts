// 总览: what the core says needs doing, and the numbers of the charts.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { Charts, Dial, Overview as View } from '../types';

class Overview {
  view = $state.raw<View | null>(null);
  dials = $state.raw<Dial[] | null>(null);
  charts = $state.raw<Charts | null>(null);
  /** The figure whose course is shown. */
  code = $state('');

  /** Asks for what is shown first, then for what stands below it. */
  async enter(): Promise<void> {
    const view = await screen.ask('查看本季情况', api.overview);
    if (!view) return;
    this.view = view;
    const charts = await screen.ask('汇总各季度', api.charts);
    if (charts) {
      this.charts = charts;
      if (!charts.courses.some((course) => course.code === this.code)) this.code = charts.courses[0]?.code ?? '';
    }
    this.dials = (await screen.ask('测算申报条件', api.dials)) ?? this.dials;
  }
}

export const overview = new Overview();
