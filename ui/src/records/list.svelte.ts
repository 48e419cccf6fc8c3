// One list as the grid shows it: the rows near the window, the active cell, what is being typed. Rows, order, sums
// and readings are the core's; here is only where the person is.
import { untrack } from 'svelte';
import * as api from '../api';
import { drafts } from '../drafts';
import { screen } from '../state.svelte';
import type { Column, Filter, FirstList, ListRow, Put, Sort, Test, Typed, View } from '../types';
import { arranged, blockOf, type Block, type Spot } from './moves';

/** What the person did with a list's columns. Widths are those at the normal text size. */
export type Layout = { order?: string[]; hidden?: string[]; widths?: Record<string, number> };

/** A text that the core did not take: it stays in its cell, with the reason. */
export type Rejected = { text: string; say: string };

/** What a list begins with. */
type Begun = Pick<FirstList, 'columns' | 'view' | 'rows'>;

/** Rows are asked for in pages, and so many are kept around the window. */
const PAGE = 100;
const KEPT = 60;

const plain = (): View => ({ filters: [], sort: null, flawed: false, only: null });

export class List {
  name = $state('');
  label = $state('');
  addable = $state(false);
  all = $state.raw<Column[]>([]);
  layout = $state.raw<Layout>({});
  view = $state.raw<View>(plain());
  count = $state(0);
  recorded = $state(0);
  totals = $state.raw<string[]>([]);
  apart = $state(false);
  /** Pages at hand, by number. Replaced as a whole, so that a scroll looks at one signal. */
  pages = $state.raw<Map<number, ListRow[]>>(new Map());
  active = $state.raw<Spot>({ row: 0, column: 0 });
  anchor = $state.raw<Spot>({ row: 0, column: 0 });
  /** The record that is being typed in below the last row. */
  typed = $state.raw<Typed[]>([]);
  begun = $state.raw<ListRow | null>(null);
  rejected = $state.raw<Map<string, Rejected>>(new Map());
  ready = $state(false);
  /** How much larger than normal the person has the text. */
  scale = $state(1);

  columns: Column[] = $derived(arranged(this.all, this.layout));
  /** Position of each shown column among the core's. */
  places: number[] = $derived(this.columns.map((c) => this.all.indexOf(c)));
  /** Rows of the grid: those of the view, and the blank one below. */
  height: number = $derived(this.count + (this.addable ? 1 : 0));
  block: Block = $derived(blockOf(this.anchor, this.active));
  filtered: boolean = $derived(this.view.filters.length > 0 || this.view.flawed || this.view.only !== null);

  /** Changes of its own that the other rooms are being told of. */
  private telling = 0;
  /** The rows that the window shows, and whether some of them are on their way. */
  private wanted = { first: 0, last: -1 };
  private bringing = false;
  /** Answers to an older question are not taken. */
  private turn = 0;
  /** A list is on its way; what changed meanwhile is asked for when it is there. */
  private opening = false;
  private stale = false;
  private adding = false;

  /** In pixels: a column follows the text size like the words in it. */
  width(column: Column): number {
    return Math.round((this.layout.widths?.[column.name] ?? column.width) * this.scale);
  }

  /** Gives a column another width, in pixels. What is not `kept` yet is the way there of a hand that drags. */
  widen(column: Column, pixels: number, kept = true): void {
    const width = Math.max(48, Math.min(800, Math.round(pixels / this.scale)));
    const widths = { ...this.layout.widths, [column.name]: width };
    if (kept) this.arrange({ widths });
    else this.layout = { ...this.layout, widths };
  }

  /** `first` is what the first answer of the window held of this list. */
  async open(name: string, label: string, addable: boolean, only: number[] | null = null, first: Begun | null = null): Promise<void> {
    const turn = ++this.turn;
    this.opening = true;
    this.stale = false;
    const kept = screen.remembered[`filter/${name}`] as View | undefined;
    const begun = first ?? (await this.beginning(name, only ? { ...plain(), only } : { ...plain(), ...(kept ?? {}), only: null }));
    if (turn !== this.turn) return;
    if (begun) this.come(name, label, addable, begun);
    this.opening = false;
    if (this.stale) await this.refresh(false);
  }

  /** What a list begins with. A view that no longer fits its fields is given up, not the list. */
  private async beginning(name: string, view: View): Promise<Begun | null> {
    const asked = screen.ask('打开列表', () => api.listColumns(name));
    const read = (v: View) => api.listRows(name, v, 0, PAGE, true);
    let rows = await read(view).catch(() => undefined);
    if (!rows) rows = await screen.ask('打开列表', () => read((view = plain())));
    const columns = await asked;
    return columns && rows ? { columns, view, rows } : null;
  }

  private come(name: string, label: string, addable: boolean, { columns, view, rows }: Begun): void {
    this.ready = false;
    Object.assign(this, { name, label, addable, all: columns, view });
    this.layout = (screen.remembered[`grid/${name}`] as Layout | undefined) ?? {};
    this.rejected = new Map();
    this.typed = (drafts.kept(`list/${name}`) as Typed[] | undefined) ?? [];
    this.begun = null;
    this.settle(rows, new Map());
    this.active = this.anchor = { row: 0, column: 0 };
    this.ready = true;
    if (this.typed.length > 0) void this.begin([]);
  }

  private settle(rows: Awaited<ReturnType<typeof api.listRows>>, pages: Map<number, ListRow[]>): void {
    pages.set(Math.floor(rows.from / PAGE), rows.rows);
    this.pages = pages;
    this.count = rows.count;
    this.recorded = rows.all;
    this.totals = rows.totals;
    this.apart = rows.apart;
  }

  /** The row at a position, when it is at hand. */
  row(at: number): ListRow | undefined {
    if (at >= this.count) return this.addable && at === this.count ? (this.begun ?? undefined) : undefined;
    return this.pages.get(Math.floor(at / PAGE))?.[at % PAGE];
  }

  text(at: number, column: number): string {
    return this.row(at)?.cells[this.places[column] ?? -1] ?? '';
  }

  /** Brings the rows of the window, where they are not at hand: one page at a time, so that a scroll that has gone on
   * meanwhile waits for no page that it has left behind. */
  ensure(first: number, last: number): void {
    this.wanted = { first, last };
    if (this.missing() !== undefined && !this.bringing) void this.bringAll();
  }

  private missing(): number | undefined {
    const { first, last } = this.wanted;
    for (let page = Math.floor(Math.max(0, first) / PAGE); page * PAGE <= Math.min(last, this.count - 1); page++) {
      if (!this.pages.has(page)) return page;
    }
    return undefined;
  }

  private async bringAll(): Promise<void> {
    this.bringing = true;
    for (let page = this.missing(); page !== undefined && (await this.bring(page)); page = this.missing());
    this.bringing = false;
  }

  /** False when the core has no answer: it is asked again when the window moves. */
  private async bring(page: number): Promise<boolean> {
    const turn = this.turn;
    const rows = await api.listRows(this.name, this.view, page * PAGE, PAGE, false).catch(() => null);
    // Another list, or another view of it: what is missing there is asked for next.
    if (turn !== this.turn) return true;
    if (!rows) return false;
    const pages = new Map(this.pages);
    pages.set(page, rows.rows);
    // What lies far from here is let go: memory does not grow with the list.
    if (pages.size > KEPT) {
      const far = [...pages.keys()].sort((a, b) => Math.abs(b - page) - Math.abs(a - page))[0];
      if (far !== undefined) pages.delete(far);
    }
    this.pages = pages;
    return true;
  }

  /** Asks again for the window around the active cell. `anew` filters and sorts again. False when the core refuses; a
   * later question may have been answered in its place. */
  async refresh(anew: boolean, around = this.active.row): Promise<boolean> {
    if (!this.name) return false;
    if (this.opening) {
      this.stale = true;
      return true;
    }
    const turn = ++this.turn;
    const page = Math.floor(Math.max(0, Math.min(around, Math.max(0, this.count - 1))) / PAGE);
    const rows = await screen.ask('读取', () => api.listRows(this.name, this.view, page * PAGE, PAGE, anew));
    if (!rows) return false;
    if (turn !== this.turn) return true;
    this.settle(rows, new Map());
    const last = Math.max(0, this.height - 1);
    if (this.active.row > last) this.active = { ...this.active, row: last };
    if (this.anchor.row > last) this.anchor = { ...this.anchor, row: last };
    return true;
  }

  /** Shows another view and remembers it. A view that the core refuses is not taken. */
  async look(view: View): Promise<boolean> {
    const before = this.view;
    this.view = view;
    const taken = this.view;
    const done = await this.refresh(true, 0);
    // Another view or another list may have taken its place meanwhile: then there is nothing to go back to.
    if (this.view !== taken) return done;
    if (!done) {
      this.view = before;
      return false;
    }
    this.active = this.anchor = { row: 0, column: this.active.column };
    const worth = view.filters.length > 0 || view.sort || view.flawed;
    void screen.remember(`filter/${this.name}`, worth ? { ...view, only: null } : null);
    return true;
  }

  sort(field: string, down: boolean | null): Promise<boolean> {
    const sort: Sort | null = down === null ? null : { field, down };
    return this.look({ ...this.view, sort });
  }

  filter(field: string, test: Test | null): Promise<boolean> {
    const others = this.view.filters.filter((f: Filter) => f.field !== field);
    return this.look({ ...this.view, filters: test ? [...others, { field, test }] : others });
  }

  clear(): Promise<boolean> {
    return this.look({ ...this.view, filters: [], flawed: false, only: null });
  }

  arrange(layout: Layout): void {
    this.layout = { ...this.layout, ...layout };
    void screen.remember(`grid/${this.name}`, this.layout);
  }

  move(to: Spot, stretch = false): void {
    this.active = to;
    if (!stretch) this.anchor = to;
  }

  /** Goes to a record; false when the view does not show it. */
  async find(id: number, field?: string): Promise<boolean> {
    const at = await screen.ask('查找', () => api.listPosition(this.name, this.view, id));
    if (at === undefined || at === null) return false;
    const column = Math.max(0, this.columns.findIndex((c) => c.name === field));
    this.move({ row: at, column });
    return true;
  }

  /** What was not taken outlasts a kill and a look elsewhere, like any typing that is not kept yet. */
  private reject(key: string, rejected: Rejected | null, list = this.name): void {
    const place = `cell/${list}/${key}`;
    if (rejected && rejected.text !== '') drafts.keep(place, rejected.text);
    else drafts.forget(place);
    // Whoever went on to another list meanwhile finds it as a draft in this one.
    if (list !== this.name) return;
    const all = new Map(this.rejected);
    if (rejected) all.set(key, rejected);
    else all.delete(key);
    this.rejected = all;
  }

  /** Gives up a text that the core did not take: its cell shows again what is kept. */
  giveBack(at: number, column: number): void {
    const row = this.row(at);
    if (this.rejection(row, column)) this.reject(`${row?.id}/${this.columns[column]?.name}`, null);
  }

  rejection(row: ListRow | undefined, column: number): Rejected | undefined {
    return row && this.rejected.get(`${row.id}/${this.columns[column]?.name}`);
  }

  /** Keeps what was typed into a cell. */
  async put(at: number, column: number, text: string, ids?: number[]): Promise<void> {
    const field = this.columns[column];
    if (!field?.editable) return;
    const typed: Typed = { field: field.name, text, ...(ids ? { ids } : {}) };
    if (at >= this.count) {
      drafts.forget(`cell/${this.name}/0/${field.name}`);
      return this.begin([typed]);
    }
    const row = this.row(at);
    if (!row) return;
    const place = this.places[column] ?? -1;
    if (row.cells[place] === text && !ids) return this.reject(`${row.id}/${field.name}`, null);
    // Shown at once; the core's own spelling follows.
    this.show(at, { ...row, cells: row.cells.map((c, i) => (i === place ? text : c)) });
    await this.keep([{ id: row.id, ...typed }], at);
  }

  private show(at: number, row: ListRow): void {
    const page = Math.floor(at / PAGE);
    const rows = this.pages.get(page);
    if (!rows) return;
    const pages = new Map(this.pages);
    pages.set(page, rows.map((r, i) => (i === at % PAGE ? row : r)));
    this.pages = pages;
  }

  /** Changes cells as one step. */
  async keep(puts: Put[], near = this.active.row): Promise<boolean> {
    if (puts.length === 0) return true;
    const list = this.name;
    screen.busy = '保存';
    try {
      const changed = await api.changeCells(list, puts);
      for (const put of puts) this.reject(`${put.id}/${put.field}`, null, list);
      for (const [who, to] of changed.moved) screen.say(`${who}已转入${to}`);
      await this.refresh(false, near);
      await this.told();
      return true;
    } catch (error) {
      const why = api.refusal(error);
      await this.refresh(false, near);
      for (const flaw of why.flaws) {
        const { id, field } = flaw.place;
        const put = puts.find((p) => p.id === id && p.field === field) ?? puts.find((p) => p.id === id) ?? puts[0];
        if (put) this.reject(`${put.id}/${put.field}`, { text: put.text, say: flaw.say }, list);
      }
      const [only] = puts;
      if (why.flaws.length === 0 && only && puts.length === 1) {
        this.reject(`${only.id}/${only.field}`, { text: only.text, say: why.message }, list);
      }
      if (why.flaws.length === 0 || puts.length > 1 || list !== this.name) {
        const flaws = why.flaws.map((f) => f.say);
        const text = flaws.length > 1 ? `没有修改，请先处理以下 ${flaws.length} 项：` : why.message;
        screen.notice = { tone: 'bad', text, ...(flaws.length > 1 ? { flaws } : {}) };
      }
      return false;
    } finally {
      screen.busy = null;
    }
  }

  /** Types into the record below the last row; it is saved as soon as it is whole. */
  async begin(more: Typed[]): Promise<void> {
    const others = this.typed.filter((t) => !more.some((m) => m.field === t.field));
    // What was emptied says something where the core would begin with a word of its own.
    this.typed = [...others, ...more];
    if (!this.typed.some((t) => t.text !== '' || (t.ids?.length ?? 0) > 0)) return this.giveUp();
    drafts.keep(`list/${this.name}`, this.typed);
    if (this.adding) return;
    this.adding = true;
    try {
      await this.add();
    } finally {
      this.adding = false;
    }
  }

  /** Asks whether what is typed makes a record yet: one question at a time, so that it becomes one record. */
  private async add(): Promise<void> {
    const list = this.name;
    for (let asked: Typed[] | null = null; asked !== this.typed; ) {
      asked = this.typed;
      const said: Typed[] = asked;
      const added = await screen.ask('新增', () => api.addRecord(list, said));
      if (!added || this.name !== list) return;
      if (added.row.id === 0) {
        this.begun = added.row;
        continue;
      }
      const later = this.typed.filter((t) => !said.includes(t));
      this.giveUp();
      screen.say(`已新增${this.label}：${added.row.label}`);
      await this.refresh(false);
      await this.keep(later.map((t) => ({ id: added.row.id, ...t })));
      await this.told();
      return;
    }
  }

  giveUp(): void {
    this.typed = [];
    this.begun = null;
    drafts.forget(`list/${this.name}`);
  }

  /** The cells of the selection that can be typed into, with their rows. */
  async cells(block: Block = this.block): Promise<{ id: number; field: string }[]> {
    const bottom = Math.min(block.bottom, this.count - 1);
    if (bottom < block.top) return [];
    const ids = (await screen.ask('读取', () => api.listIds(this.name, this.view, block.top, bottom))) ?? [];
    const fields = this.columns.slice(block.left, block.right + 1).filter((c) => c.editable);
    return ids.flatMap((id) => fields.map((c) => ({ id, field: c.name })));
  }

  async empty(): Promise<void> {
    if (this.block.top >= this.count) return this.begin(this.fields(this.block).map((field) => ({ field, text: '' })));
    const cells = await this.cells();
    await this.keep(cells.map((cell) => ({ ...cell, text: '' })));
  }

  fields(block: Block): string[] {
    return this.columns.slice(block.left, block.right + 1).map((c) => c.name);
  }

  /** Fills the selection with its first row. */
  async fillDown(): Promise<void> {
    const block = this.block;
    if (block.bottom <= block.top) return;
    const first = this.row(block.top);
    if (!first) return;
    const cells = await this.cells({ ...block, top: block.top + 1 });
    const text = (field: string) => first.cells[this.all.findIndex((c) => c.name === field)] ?? '';
    await this.keep(cells.map((cell) => ({ ...cell, text: text(cell.field) })));
  }

  async remove(): Promise<void> {
    const block = this.block;
    if (block.top >= this.count) return this.giveUp();
    const bottom = Math.min(block.bottom, this.count - 1);
    const ids = await screen.ask('读取', () => api.listIds(this.name, this.view, block.top, bottom));
    if (!ids || ids.length === 0) return;
    const label = this.row(block.top)?.label ?? '';
    const done = await screen.ask('删除', () => api.deleteRecords(this.name, ids));
    if (done === undefined) return;
    this.move({ row: block.top, column: this.active.column });
    await this.refresh(false);
    await this.told();
    screen.say(ids.length === 1 ? `已删除“${label}”，可撤销，或从回收站恢复。` : `已删除 ${ids.length} 条，可撤销，或从回收站恢复。`);
  }

  /** The selection as Excel takes it. */
  copied(): Promise<string> {
    const block = this.block;
    return api.listBlock(this.name, this.view, block.top, Math.min(block.bottom, this.count - 1), this.fields(block));
  }

  /** Tells the other rooms of a change of its own, which it has shown already. */
  private async told(): Promise<void> {
    this.telling += 1;
    await screen.changed();
    this.telling -= 1;
  }

  /** After a change from elsewhere: undo, import, another room. */
  again(): void {
    if (this.ready && this.telling === 0) untrack(() => void this.refresh(false));
  }
}
