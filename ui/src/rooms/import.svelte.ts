// 导入: what was read, the plan that came of it, and what became of the plan.
import * as api from '../api';
import { screen } from '../state.svelte';
import type { Applied, Column, ImportChoices, ListGroup, PlanView } from '../types';

const FRESH: ImportChoices = { sheet: null, heading_row: null, mapping: {}, leave: [], afresh: false };

class Importing {
  lists = $state.raw<ListGroup[]>([]);
  /** The list to import into, null while nobody has said or guessed. */
  list = $state<string | null>(null);
  /** The list that the person chose before there was a file: the next one is read for it. */
  private chosen: string | null = null;
  /** Grows when a choice was not taken: what is chosen from shows again what holds. */
  stood = $state(0);
  view = $state.raw<PlanView | null>(null);
  /** The fields that a column can be. */
  columns = $state.raw<Column[]>([]);
  /** What was imported; rows that failed may still be saved. */
  done = $state.raw<Applied | null>(null);

  async enter(): Promise<void> {
    const lists = await screen.ask('读取记录类别', api.lists);
    if (lists) this.lists = lists;
  }

  async pick(): Promise<void> {
    const name = await screen.ask('选择文件', api.pickRoster, true);
    if (name) await this.read(this.chosen);
  }

  /** A file that was dropped on the room goes the same way as one that was picked. */
  async drop(file: File): Promise<void> {
    const held = await screen.ask('读取文件', async () => (await api.dropRoster(file), true));
    if (held) await this.read(this.chosen);
  }

  async paste(text: string): Promise<boolean> {
    const held = await screen.ask('读取粘贴的内容', async () => (await api.pasteRoster(text), true));
    return held === true && this.read(this.chosen);
  }

  /** Reads what is held, for a list or for the one that it looks like. */
  private async read(list: string | null, choices: ImportChoices = FRESH): Promise<boolean> {
    const view = await screen.run('读取名册', (job) => api.readRoster(job, list, choices));
    if (!view) {
      if (this.view) this.list = this.view.shape;
      this.stood += 1;
      return false;
    }
    this.done = null;
    await this.show(view);
    return true;
  }

  /** Shows a plan; the fields of its list are asked for once. */
  async show(view: PlanView): Promise<void> {
    if (view.shape !== this.view?.shape || this.columns.length === 0) {
      this.columns = (await screen.ask('读取栏目', () => api.listColumns(view.shape))) ?? [];
    }
    this.list = view.shape;
    this.view = view;
  }

  /** Where another room led to: for the file at hand and for the next one. */
  async led(list: string): Promise<void> {
    this.chosen = list;
    await this.into(list);
  }

  /** Another list, or null for the one that the file looks like: what was chosen for the columns of the one before says
   * nothing of it. */
  async into(list: string | null): Promise<void> {
    this.list = list;
    if (!this.view) this.chosen = list;
    else await this.read(list, { ...FRESH, sheet: this.view.choices.sheet });
  }

  async choose(choice: Partial<ImportChoices>): Promise<void> {
    if (!this.view) return;
    await this.read(this.view.shape, { ...this.view.choices, ...choice });
  }

  /** A column is this field, or is not read. */
  async map(column: string, field: string | null): Promise<void> {
    if (!this.view) return;
    const mapping = { ...this.view.choices.mapping, [column]: field };
    // A field has one column: the one that had it before gives it up.
    for (const other of this.view.mapping) {
      if (field !== null && other.field === field && other.column !== column) mapping[other.column] = null;
    }
    await this.choose({ mapping });
  }

  async apply(): Promise<void> {
    const done = await screen.run('导入', (job) => api.planImport(job));
    if (!done) return;
    await screen.changed();
    screen.say(`已导入${this.view?.label ?? ''}：${applied(done)}。可以用“撤销”整批退回。`);
    if (done.flawed > 0) this.done = done;
    else this.clear();
  }

  async correction(): Promise<void> {
    const path = await screen.ask('保存待改正的行', api.saveCorrection, true);
    if (path) screen.say(`已保存：${path}。改好后可以直接导入这个文件。`);
  }

  async template(filled: boolean): Promise<void> {
    const list = this.list ?? 'team';
    const path = await screen.ask('保存模板', () => api.saveTemplate(list, filled), true);
    if (path) screen.say(`已保存：${path}`);
  }

  /** Gives up what was read. Nothing was written. */
  async give(): Promise<void> {
    await screen.ask('放弃导入', () => api.planDrop(false));
    this.clear();
  }

  private clear(): void {
    this.view = null;
    this.done = null;
    this.list = this.chosen = null;
  }
}

/** 新增 3，变更 1 … what is 0 is left out. */
export function applied(counts: Applied): string {
  const parts: [string, number][] = [
    ['新增', counts.new],
    ['变更', counts.changed],
    ['另增成员', counts.people],
    ['不变', counts.same],
    ['未选', counts.left],
    ['不能导入', counts.flawed],
  ];
  const said = parts.filter(([, n]) => n > 0).map(([word, n]) => `${word} ${n}`);
  return said.join('，') || '没有改动';
}

export const importing = new Importing();
