// One list as the grid shows it: the rows near the window, the active cell, what is being typed. Rows, order, sums
// and readings are the core's; here is only where the person is.
import { untrack } from 'svelte';
import * as api from '../api';
import { drafts } from '../drafts';
import { screen } from '../state.svelte';
import type { Changed, Column, Filter, FirstList, ListRow, Put, Refusal, Sort, Test, Typed, View } from '../types';
import { arranged, blockOf, type Block, type Spot } from './moves';

/** What the person did with a list's columns. Widths are those at the normal text size. */
export type Layout = { order?: string[]; hidden?: string[]; widths?: Record<string, number> };

/** A text that the core did not take: it stays in its cell, with the reason. */
export type Rejected = { text: string; say: string };

/** The record that a cell was opened for: rows may move while it is typed in. 0 is the one below the last row until it is
 * saved, -1 one that is not at hand yet. */
export type Held = { id: number; at: number; typing?: { field: string; text: string } };

/** What a list begins with. */
type Begun = Pick<FirstList, 'columns' | 'view' | 'rows'>;

/** Rows are asked for in pages, and so many are kept around the window. */
const PAGE = 100;
const KEPT = 60;
/** So many are deleted without a word on how far that is. */
const MANY = 500;
/** So many reasons are said at a time. */
const SAID = 20;

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
  /** It was begun at an earlier look, and the person has not gone on with it. */
  left = $state(false);
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

  /** The last turn of the records that it shows. */
  private upTo = -1;
  /** The rows that the window shows, and whether some of them are on their way. */
  private wanted = { first: 0, last: -1 };
  private bringing = false;
  /** Answers to an older question are not taken. */
  private turn = 0;
  /** A list is on its way; what changed meanwhile is asked for when it is there. */
  private opening = false;
  private stale = false;
  private adding = false;
  /** Something was typed into the record below the last row that it has not been asked for. */
  private due = false;
  /** Who types into the record below the last row; it learns its id when it is saved. */
  private newcomer: Held = { id: 0, at: 0 };

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
    this.upTo = untrack(() => screen.turn);
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
    this.due = false;
    this.left = this.typed.length > 0;
    this.newcomer = { id: 0, at: 0 };
    this.settle(rows, new Map());
    this.active = this.anchor = { row: 0, column: 0 };
    this.ready = true;
    if (this.left) void this.resume();
  }

  /** Shows what an earlier look or a kill left in the record below the last row. Nothing is saved before the person has
   * typed something more: it may have been saved in the last moment before the kill. */
  private async resume(): Promise<void> {
    const [list, left] = [this.name, this.typed];
    const answer = await screen.ask('打开列表', () => api.beginRecord(list, left));
    if (answer && this.typed === left && this.name === list) this.begun = answer.row;
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
  private reject(some: Iterable<[string, Rejected | null]>, list = this.name): void {
    const all = new Map(this.rejected);
    for (const [key, rejected] of some) {
      const place = `cell/${list}/${key}`;
      if (rejected && rejected.text !== '') drafts.keep(place, rejected.text);
      else drafts.forget(place);
      if (rejected) all.set(key, rejected);
      else all.delete(key);
    }
    // Whoever went on to another list meanwhile finds it as a draft in this one.
    if (list === this.name) this.rejected = all;
  }

  /** Gives up a text that the core did not take: its cell shows again what is kept. */
  giveBack(at: number, column: number): void {
    const row = this.row(at);
    if (this.rejection(row, column)) this.reject([[`${row?.id}/${this.columns[column]?.name}`, null]]);
  }

  rejection(row: ListRow | undefined, column: number): Rejected | undefined {
    return row && this.rejected.get(`${row.id}/${this.columns[column]?.name}`);
  }

  /** Whose cells are at a position; null where nothing can be typed. */
  hold(at: number): Held | null {
    if (at < this.count) return { id: this.row(at)?.id ?? -1, at };
    return this.addable ? this.newcomer : null;
  }

  /** Keeps what was typed into a cell of a record, wherever its row stands by now. */
  async put(held: Held, field: Column | undefined, text: string, ids?: number[]): Promise<void> {
    if (!field?.editable) return;
    const typed: Typed = { field: field.name, text, ...(ids ? { ids } : {}) };
    if (held.id === 0) {
      drafts.forget(`cell/${this.name}/0/${field.name}`);
      return this.begin([typed]);
    }
    const id = held.id > 0 ? held.id : (await screen.ask('读取', () => api.listIds(this.name, this.view, held.at, held.at)))?.[0];
    if (id === undefined) return;
    const at = this.placeOf(id, held.at);
    const row = at === undefined ? undefined : this.row(at);
    const place = this.all.indexOf(field);
    if (row?.cells[place] === text && !ids) return this.reject([[`${id}/${field.name}`, null]]);
    // Shown at once; the core's own spelling follows.
    if (row && at !== undefined) this.show(at, { ...row, cells: row.cells.map((c, i) => (i === place ? text : c)) });
    await this.keep([{ id, ...typed }], at);
  }

  /** Where a record stands among the rows at hand, most likely where it stood. */
  private placeOf(id: number, near: number): number | undefined {
    if (near < this.count && this.row(near)?.id === id) return near;
    for (const [page, rows] of this.pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return undefined;
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
  async keep(puts: Put[], near = this.active.row, list = this.name): Promise<boolean> {
    if (puts.length === 0) return true;
    screen.busy = '保存';
    try {
      const changed = await api.changeCells(list, puts);
      this.reject(puts.map((put) => [`${put.id}/${put.field}`, null]), list);
      this.sayMoved(changed);
      await this.refresh(false, near);
      await this.told();
      return true;
    } catch (error) {
      const why = api.refusal(error);
      await this.refresh(false, near);
      this.refused(puts, why, list);
      return false;
    } finally {
      screen.busy = null;
    }
  }

  /** What was not taken stays in its cells, with the reasons. */
  private refused(puts: Put[], why: Refusal, list: string): void {
    const cells = new Map<string, Put>();
    for (const put of puts) {
      cells.set(`${put.id}/${put.field}`, put);
      // For a flaw of the record in a field that was not typed.
      if (!cells.has(`${put.id}`)) cells.set(`${put.id}`, put);
    }
    const [only] = puts;
    const rejected = new Map<string, Rejected>();
    for (const { place, say } of why.flaws) {
      const put = cells.get(`${place.id}/${place.field}`) ?? cells.get(`${place.id}`) ?? only;
      // Where one of many was emptied, its cell shows again what is kept.
      if (put && (puts.length === 1 || put.text !== '')) rejected.set(`${put.id}/${put.field}`, { text: put.text, say });
    }
    if (why.flaws.length === 0 && only && puts.length === 1) rejected.set(`${only.id}/${only.field}`, { text: only.text, say: why.message });
    this.reject(rejected, list);
    if (why.flaws.length > 0 && puts.length === 1 && list === this.name) return;
    const flaws = why.flaws.slice(0, SAID).map((f) => f.say);
    if (why.flaws.length > SAID) flaws.push(`另有 ${why.flaws.length - SAID} 项`);
    const text = flaws.length > 1 ? `没有修改，请先处理以下 ${why.flaws.length} 项：` : why.message;
    screen.notice = { tone: 'bad', text, ...(flaws.length > 1 ? { flaws } : {}) };
  }

  private sayMoved({ moved }: Changed): void {
    const [one] = moved;
    if (one) screen.say(moved.length === 1 ? `${one[0]}已转入${one[1]}` : `${moved.length} 条已转入${one[1]}`);
  }

  /** Types into the record below the last row; it is saved as soon as it is whole. */
  async begin(more: Typed[]): Promise<void> {
    const others = this.typed.filter((t) => !more.some((m) => m.field === t.field));
    // What was emptied says something where the core would begin with a word of its own.
    this.typed = [...others, ...more];
    if (!this.typed.some((t) => t.text !== '' || (t.ids?.length ?? 0) > 0)) return this.giveUp();
    drafts.keep(`list/${this.name}`, this.typed);
    this.due = true;
    this.left = false;
    if (this.adding) return;
    this.adding = true;
    try {
      while (this.due) await this.add();
    } finally {
      this.adding = false;
    }
  }

  /** Asks whether what is typed makes a record yet: one question at a time, so that it becomes one record. */
  private async add(): Promise<void> {
    this.due = false;
    const [list, label, said] = [this.name, this.label, this.typed];
    const added = await screen.ask('新增', () => api.addRecord(list, said));
    if (!added) return;
    const { id } = added.row;
    if (id === 0) {
      if (this.name === list && this.typed === said) this.begun = added.row;
      return;
    }
    screen.say(`已新增${label}：${added.row.label}`);
    // Until its row is there, what is typed below the last one is still meant for it.
    if (this.name === list) await this.refresh(false);
    const later = ((drafts.kept(`list/${list}`) as Typed[] | undefined) ?? []).filter((t) => !said.includes(t));
    if (this.name !== list) {
      this.forgetNew(list);
    } else {
      const held = this.newcomer;
      held.id = id;
      if (held.typing) drafts.keep(`cell/${list}/${id}/${held.typing.field}`, held.typing.text);
      this.giveUp();
    }
    // A kill from here on brings back nothing that was saved.
    void drafts.write();
    if (later.length === 0 || !(await this.keep(later.map((t) => ({ id, ...t })), undefined, list))) await this.told();
  }

  private forgetNew(list: string): void {
    drafts.forget(`list/${list}`);
    for (const place of drafts.places(`cell/${list}/0/`)) drafts.forget(place);
  }

  giveUp(): void {
    this.typed = [];
    this.begun = null;
    this.due = this.left = false;
    this.newcomer = { id: 0, at: 0 };
    this.forgetNew(this.name);
  }

  /** Empties the selection: one cell as if by hand, many by the core. */
  async empty(): Promise<void> {
    const { block } = this;
    const held = this.hold(block.top);
    if (held?.id === 0) return this.begin(this.fields(block).map((field) => ({ field, text: '' })));
    if (held && block.top === block.bottom && block.left === block.right) return this.put(held, this.columns[block.left], '');
    await this.revise('清空', block, (last) => api.emptyBlock(this.name, this.view, block.top, last, this.fields(block)));
  }

  /** Changes many cells as one step of the core's own; it knows which they are. */
  private async revise(what: string, block: Block, question: (last: number) => Promise<Changed>): Promise<void> {
    const last = Math.min(block.bottom, this.count - 1);
    if (last < block.top) return;
    const changed = await screen.ask(what, () => question(last));
    if (!changed) return;
    // What stood there and was not taken has given way.
    const fields = new Set(this.fields(block));
    const over: [string, null][] = [];
    for (const key of this.rejected.keys()) {
      const [id, field] = key.split('/');
      const at = fields.has(field ?? '') ? this.placeOf(Number(id), block.top) : undefined;
      if (at !== undefined && at >= block.top && at <= last) over.push([key, null]);
    }
    this.reject(over);
    this.sayMoved(changed);
    await this.refresh(false);
    await this.told();
  }

  fields(block: Block): string[] {
    return this.columns.slice(block.left, block.right + 1).map((c) => c.name);
  }

  /** Fills the selection with its first row. */
  async fillDown(): Promise<void> {
    const { block } = this;
    if (block.bottom <= block.top) return;
    const below = { ...block, top: block.top + 1 };
    await this.revise('向下填充', below, (last) => api.fillDown(this.name, this.view, block.top, last, this.fields(block)));
  }

  async remove(): Promise<void> {
    const block = this.block;
    if (block.top >= this.count) return this.giveUp();
    const bottom = Math.min(block.bottom, this.count - 1);
    const ids = await screen.ask('读取', () => api.listIds(this.name, this.view, block.top, bottom));
    if (!ids || ids.length === 0) return;
    const label = this.row(block.top)?.label ?? '';
    const done =
      ids.length > MANY
        ? await screen.run('删除', (job) => api.deleteMany(job, this.name, ids))
        : await screen.ask('删除', () => api.deleteRecords(this.name, ids));
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
  private told(): Promise<void> {
    return screen.changed((turn) => {
      // Unless something else has changed meanwhile that it has not seen.
      if (this.upTo === turn - 1) this.upTo = turn;
    });
  }

  /** After a change, which may be one from elsewhere: undo, import, another room. */
  again(): void {
    untrack(() => {
      if (!this.ready || this.upTo === screen.turn) return;
      this.upTo = screen.turn;
      void this.refresh(false);
    });
  }
}
