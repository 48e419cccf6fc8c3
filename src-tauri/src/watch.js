// Keeps what goes wrong on the page, from its first line on: for the journeys in the window, never in what people get.
if (!window.wrong) {
  window.wrong = [];
  const keep = (what) => window.wrong.push(String(what));
  // A script or style that does not come says so where it stands: only who listens on the way down hears it.
  addEventListener('error', (e) => keep(e.message ?? `${e.target?.tagName} ${e.target?.src || e.target?.href}`), true);
  addEventListener('unhandledrejection', (e) => keep(e.reason));
  addEventListener('securitypolicyviolation', (e) => keep(`${e.effectiveDirective} ${e.blockedURI}`));
  for (const name of ['error', 'warn']) console[name] = (...all) => keep(all.join(' '));
}
