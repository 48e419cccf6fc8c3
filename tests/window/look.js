// What a person would stumble over on the page as it stands: words cut off, things on each other, English.
// Under an open dialog nothing else is looked at: it is covered.
const place = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;
const tell = (e) => {
  const words = (e.innerText || e.value || e.getAttribute('aria-label') || '').trim().replace(/\s+/g, ' ').slice(0, 40);
  return `${e.tagName.toLowerCase()}.${e.className?.baseVal ?? e.className} “${words}”`;
};
const seen = (e) => e.checkVisibility({ opacityProperty: true }) && !e.closest('.unseen');
const clips = (overflow) => overflow === 'hidden' || overflow === 'clip';
const scrolls = (overflow) => overflow === 'auto' || overflow === 'scroll';
/** The box that an element shows its content in. */
const inner = (e) => {
  const b = e.getBoundingClientRect();
  return { left: b.left + e.clientLeft, top: b.top + e.clientTop, right: b.left + e.clientLeft + e.clientWidth, bottom: b.top + e.clientTop + e.clientHeight };
};
/** Words that end in … say the whole in a tip, or are a cell of a grid, which shows it when it is entered. */
const says = (e, style) => style.textOverflow === 'ellipsis' && e.closest('[title]:not([title=""]), [role=gridcell]') !== null;

/** Every text in sight: where it stands and who holds it. A letter has room above and below it in its line. */
const texts = [];
const walk = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
for (let node = walk.nextNode(); node; node = walk.nextNode()) {
  const holder = node.parentElement;
  if (!node.data.trim() || holder.closest('script, style, option, textarea, .unseen') || !seen(holder)) continue;
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const r of range.getClientRects()) {
    if (r.width < 1) continue;
    texts.push({ node, holder, left: r.left, top: r.top + r.height * 0.2, right: r.right, bottom: r.bottom - r.height * 0.2 });
  }
}

const cut = new Set();
for (const text of texts) {
  let [across, down] = [true, true];
  for (let e = text.holder; e && e !== document.body && (across || down); e = e.parentElement) {
    const style = getComputedStyle(e);
    // A box of lines clips nothing, and what stands where the window is counts from there.
    if (style.display === 'inline') continue;
    const box = inner(e);
    if (across && clips(style.overflowX) && (text.right > box.right + 1 || text.left < box.left - 1) && !says(e, style)) {
      cut.add(`${tell(text.holder)} by ${e === text.holder ? 'itself' : tell(e)}`);
    }
    if (down && clips(style.overflowY) && (text.bottom > box.bottom + 1 || text.top < box.top - 1)) {
      cut.add(`${tell(text.holder)} by ${e === text.holder ? 'itself' : tell(e)}`);
    }
    if (scrolls(style.overflowX)) across = false;
    if (scrolls(style.overflowY)) down = false;
    if (style.position === 'fixed') break;
  }
  if (across && (text.right > innerWidth + 1 || text.left < -1)) cut.add(`${tell(text.holder)} by the window`);
  if (down && (text.bottom > innerHeight + 1 || text.top < -1)) cut.add(`${tell(text.holder)} by the window`);
}
// A button holds its words, whatever it does with what is too much.
for (const e of place.querySelectorAll('button, [role=tab], label, th')) {
  if (!seen(e) || getComputedStyle(e).display === 'inline' || e.innerText.trim() === '') continue;
  const style = getComputedStyle(e);
  const wide = e.scrollWidth > e.clientWidth + 1 && !says(e, style) && ![...e.querySelectorAll('*')].some((c) => says(c, getComputedStyle(c)));
  if (wide || e.scrollHeight > e.clientHeight + 2) cut.add(tell(e));
}
// Fields show the whole of what they hold, or say it in a tip.
const pen = document.createElement('canvas').getContext('2d');
for (const e of place.querySelectorAll('input:not([type=radio], [type=checkbox]), select')) {
  const words = e.matches('select') ? e.selectedOptions[0]?.text : e.value || e.placeholder;
  if (!words || !seen(e) || e.title) continue;
  const style = getComputedStyle(e);
  pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  const room = e.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
  if (pen.measureText(words).width > room + 1) cut.add(`${tell(e)} holds “${words}”`);
}

/** What floats over the page is a layer of its own, and so is what is pinned while the rest scrolls. */
const layer = (e) => {
  for (; e && e !== place; e = e.parentElement) {
    const style = getComputedStyle(e);
    if (style.position === 'sticky' || style.position === 'fixed') return e;
    if (style.position === 'absolute' && style.zIndex !== 'auto') return e;
  }
  return null;
};
/** What is left of a box where those around it scroll or clip. */
const shown = (holder, box) => {
  let { left, top, right, bottom } = box;
  for (let e = holder; e && e !== place; e = e.parentElement) {
    const style = getComputedStyle(e);
    if (style.overflowX === 'visible' && style.overflowY === 'visible') continue;
    const b = inner(e);
    [left, top, right, bottom] = [Math.max(left, b.left), Math.max(top, b.top), Math.min(right, b.right), Math.min(bottom, b.bottom)];
  }
  return { left: Math.max(left, 0), top: Math.max(top, 0), right: Math.min(right, innerWidth), bottom: Math.min(bottom, innerHeight) };
};
const within = (one, other) => {
  const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
  return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;
};
/** Words stand in their control, and a small control with its words in the corner of a large one, off the other's words. */
const belongs = (part, whole) => {
  if (whole.words) return false;
  const own = part.holder.closest('button, input, select, textarea');
  return whole.holder.contains(part.holder) || (own !== null && within(own, whole.holder));
};
const things = texts.map((text) => ({ holder: text.holder, node: text.node, words: true, ...shown(text.holder, text) }));
for (const e of place.querySelectorAll('button, input, select, textarea, canvas, meter, progress, img')) {
  if (!seen(e) || getComputedStyle(e).opacity === '0') continue;
  const b = e.getBoundingClientRect();
  things.push({ holder: e, words: false, ...shown(e.parentElement, { left: b.left, top: b.top, right: b.right, bottom: b.bottom }) });
}
const inSight = things.filter((t) => t.right - t.left > 2 && t.bottom - t.top > 2).map((t) => ({ ...t, layer: layer(t.holder) }));
inSight.sort((a, b) => a.top - b.top);
const overlapping = new Set();
for (let i = 0; i < inSight.length; i += 1) {
  const a = inSight[i];
  for (let j = i + 1; j < inSight.length && inSight[j].top < a.bottom - 2; j += 1) {
    const b = inSight[j];
    if (a.layer !== b.layer || (a.words && b.words && a.holder === b.holder)) continue;
    if (belongs(a, b) || belongs(b, a)) continue;
    const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (wide > 2 && high > 2) overlapping.add(`${tell(a.holder)} × ${tell(b.holder)}`);
  }
}

/** How light a colour is, as WCAG says it. */
const light = ([r, g, b]) => {
  const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
};
const colour = (text) => {
  const numbers = (text.match(/[\d.]+/g) ?? []).map(Number);
  const [r, g, b, a = 1] = text.startsWith('color(') ? [...numbers.slice(0, 3).map((n) => n * 255), numbers[3]] : numbers;
  return [r, g, b, a];
};
const over = (ink, ground) => [0, 1, 2].map((i) => ink[i] * ink[3] + ground[i] * (1 - ink[3]));
const contrast = (e, ink) => {
  const layers = [];
  for (let at = e; at; at = at.parentElement) {
    const ground = colour(getComputedStyle(at).backgroundColor);
    if (ground[3] > 0) layers.push(ground);
    if (ground[3] === 1) break;
  }
  let ground = [255, 255, 255];
  for (const one of layers.reverse()) ground = over(one, ground);
  const [a, b] = [light(over(colour(ink), ground)), light(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
};
const faint = new Set();
const judge = (e, ink) => {
  const style = getComputedStyle(e);
  if (e.closest(':disabled')) return;
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  const ratio = contrast(e, ink);
  if (ratio < (large ? 3 : 4.5)) faint.add(`${tell(e)} ${ratio.toFixed(2)}`);
};
for (const e of new Set(texts.map((text) => text.holder))) judge(e, getComputedStyle(e).color);
for (const e of place.querySelectorAll('input:not([type=radio], [type=checkbox]), select, textarea')) {
  if (!seen(e)) continue;
  judge(e, getComputedStyle(e).color);
  if (e.placeholder && !e.value) judge(e, getComputedStyle(e, '::placeholder').color);
}

/** Latin letters that are no English: keys, programs, kinds and addresses of files, codes and numbers of papers. */
const KNOWN = [
  /\b(Ctrl|Shift|Alt|Enter|Delete|Esc|Tab|F\d+|Excel|WPS|CSV|MB|KB)\b|\bzjf\d+(_\d+)?\b/g,
  /\b(MIT|Apache|BSD|Tauri|Svelte|SQLite|ECharts|rust_xlsxwriter|calamine|pinyin)\b/g,
  /\.?\b(xlsx|xls|csv|pdf|zip|txt|jpg|png)\b/g,
  /(\/[^\s/]+)+/g,
  // The store by its name, and who holds it on which computer: here the journey itself.
  /\btaizhang\.db\b|正被 test\(|电脑 [^，]+/g,
  /[A-Z0-9][A-Z0-9.-]*\d[A-Z0-9.-]*/g,
];
const english = new Set();
const read = (words, where) => {
  const left = KNOWN.reduce((left, known) => left.replace(known, ' '), words ?? '');
  if (/[A-Za-z]{2,}/.test(left)) english.add(`${where}: ${words.trim().replace(/\s+/g, ' ').slice(0, 80)}`);
};
for (const { node, holder } of texts) read(node.data, tell(holder));
for (const e of place.querySelectorAll('*')) {
  if (e.matches('option')) read(e.text, 'option');
  else if (!e.checkVisibility()) continue;
  for (const name of ['aria-label', 'title', 'placeholder', 'alt', 'aria-description', 'aria-roledescription']) {
    read(e.getAttribute(name), `${name} of ${e.tagName.toLowerCase()}`);
  }
}
const first = (all) => [...all].slice(0, 12);
return { 'cut off': first(cut), overlapping: first(overlapping), 'too faint': first(faint), 'in English': first(english) };
