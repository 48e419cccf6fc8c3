// What is typed and not yet kept, written down within half a second, so that a kill costs no more than that.
// A field calls `keep` with every stroke, `forget` when it has been left and saved, and `kept` when it opens.
import * as api from './api';

const PAUSE = 400;

class Drafts {
  private all: Record<string, unknown> = {};
  private due = new Map<string, unknown>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Takes over what an earlier run left behind. */
  take(left: Record<string, unknown>): void {
    this.all = left;
  }

  /** Places with drafts below a beginning, for example record/team/. */
  places(beginning: string): string[] {
    return Object.keys(this.all).filter((place) => place.startsWith(beginning));
  }

  /** What was typed at a place and never kept. */
  kept(place: string): unknown {
    return this.all[place];
  }

  /** What stands at a place now. The first stroke starts the clock: steady typing is written down all the same. */
  keep(place: string, value: unknown): void {
    this.all[place] = value;
    this.due.set(place, value);
    this.timer ??= setTimeout(() => void this.write(), PAUSE);
  }

  /** The place has been saved or given up. */
  forget(place: string): void {
    if (!(place in this.all)) return;
    delete this.all[place];
    this.due.set(place, null);
    this.timer ??= setTimeout(() => void this.write(), PAUSE);
  }

  /** Writes down what is due. A draft that cannot be written costs nothing but the draft. */
  async write(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const due = [...this.due];
    this.due.clear();
    await Promise.allSettled(due.map(([place, value]) => api.draft(place, value)));
  }
}

export const drafts = new Drafts();

/**
 * For a field that says 'change' when it is left, and is kept then: what a killed run left in it stands there again, and
 * is kept when it is left like any typing.
 */
export const drafted = (place: string) => (field: HTMLInputElement | HTMLTextAreaElement): (() => void) => {
  const left = drafts.kept(place);
  let again = typeof left === 'string' && left !== field.value;
  if (again) field.value = left as string;
  const heard = new AbortController();
  const { signal } = heard;
  field.addEventListener('input', () => drafts.keep(place, field.value), { signal });
  field.addEventListener('change', () => ((again = false), drafts.forget(place)), { signal });
  // No key was pressed since: the page itself would say nothing.
  field.addEventListener('blur', () => again && field.dispatchEvent(new Event('change', { bubbles: true })), { signal });
  return () => heard.abort();
};
