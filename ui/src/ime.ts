// Keys that belong to the input method. Chromium sends the key first and then the composition event, WebKit the
// composition event first: there the Enter that ended a composition arrives when the composition is already over.

/** How long after its end a composition's own key may still come, in ms. No hand is that quick. */
const LATE = 40;

export class Composition {
  active = false;
  /** When a key of the input method came whose composition event has not. */
  private keyAt = -Infinity;
  private endedAt = -Infinity;

  start = (): void => {
    this.active = true;
    this.keyAt = -Infinity;
  };

  update = (): void => {
    this.keyAt = -Infinity;
  };

  end = (event: { timeStamp: number }): void => {
    this.active = false;
    // In WebKit's order a letter's key follows its own event, and has nothing to do with this one.
    const keyFirst = event.timeStamp - this.keyAt < LATE;
    this.endedAt = keyFirst ? -Infinity : event.timeStamp;
    this.keyAt = -Infinity;
  };

  /** Whether a key is the input method's: such a key neither submits nor moves. */
  owns(event: KeyboardEvent): boolean {
    const late = event.timeStamp - this.endedAt < LATE && (event.key === 'Enter' || event.key === ' ');
    const owned = event.isComposing || event.keyCode === 229 || this.active || late;
    this.keyAt = owned && this.active ? event.timeStamp : -Infinity;
    if (late) this.endedAt = -Infinity;
    return owned;
  }
}

/** For a field that is kept when it is left: Enter leaves it, unless the Enter ends a composition. */
export function enterLeaves(field: HTMLElement): () => void {
  const ime = new Composition();
  const onkeydown = (event: KeyboardEvent): void => {
    if (!ime.owns(event) && event.key === 'Enter') field.blur();
  };
  const heard = new AbortController();
  const { signal } = heard;
  field.addEventListener('compositionstart', ime.start, { signal });
  field.addEventListener('compositionupdate', ime.update, { signal });
  field.addEventListener('compositionend', ime.end, { signal });
  field.addEventListener('keydown', onkeydown, { signal });
  return () => heard.abort();
}
