// Text to the system's clipboard. Both web views allow it in answer to a key or a click.

/** Whether the text is on the clipboard now. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** The same of a text that is still on its way. The web view is asked at once: it allows it while it answers the key, and
 * WebKit no longer when the text has come. */
export async function copyComing(text: Promise<string>): Promise<boolean> {
  try {
    const coming = text.then((come) => new Blob([come], { type: 'text/plain' }));
    await navigator.clipboard.write([new ClipboardItem({ 'text/plain': coming })]);
    return true;
  } catch {
    return copy(await text);
  }
}

/** The older way, where the newer one is refused: a selected field is copied. */
function copySelected(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return done;
}
