// Words of a module, from the page: <template id="…"><span data-name="…">…</span></template>, translated by the server.

/** The words of a template as a function: `word(name, {of: value})` fills `%(of)s` in. */
export function wordsOf(id) {
  const words = document.getElementById(id)?.content;
  return (name, values = {}) => {
    const text = words?.querySelector(`[data-name="${name}"]`)?.textContent ?? name;
    return text.replace(/%\((\w+)\)s/g, (whole, key) => (key in values ? String(values[key]) : whole));
  };
}

/** Send one of the console's events. */
export const fire = (name, detail) => document.dispatchEvent(new CustomEvent(`suar:${name}`, { detail }));

/** Ask the server as the console's script does: a fragment or JSON, 401 when signed out; throws where no answer came. */
export function ask(address, { method = "GET", body = undefined, patience = 10_000 } = {}) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";
  return fetch(address, {
    method,
    body,
    credentials: "same-origin",
    headers: { "X-Fragment": "1", ...(method === "GET" ? {} : { "X-CSRFToken": token }) },
    signal: AbortSignal.timeout(patience),
  });
}
