// Running clocks: <time data-age="ISO"> counts up, <time data-until="ISO"> counts down.

function span(seconds) {
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

/** Write every clock anew; `skew` is milliseconds that the server is ahead of this machine. */
export function tick(skew) {
  const now = Date.now() + skew;
  for (const clock of document.querySelectorAll("time[data-age], time[data-until]")) {
    const [at, sign] = clock.dataset.age ? [clock.dataset.age, 1] : [clock.dataset.until, -1];
    const text = span(Math.max(0, Math.floor((sign * (now - Date.parse(at))) / 1000)));
    if (clock.textContent !== text) clock.textContent = text;
  }
}
