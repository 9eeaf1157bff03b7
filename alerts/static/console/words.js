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

/** The token of a POST as it is now: whoever signs in again in another window gets a new one. */
const token = () =>
  document.cookie.match(/(?:^|; )csrftoken=([^;]*)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "";

/**
 * Ask the server as the console's script does: a fragment or JSON; throws where no answer came.
 *
 * 401 when signed out, and when somebody else signed in since: this page would act under another's name.
 */
export function ask(address, { method = "GET", body = undefined, patience = 10_000 } = {}) {
  body?.delete("csrfmiddlewaretoken"); // as old as the form
  return fetch(address, {
    method,
    body,
    credentials: "same-origin",
    headers: {
      "X-Fragment": "1",
      "X-User": document.body.dataset.user ?? "",
      ...(method === "GET" ? {} : { "X-CSRFToken": token() }),
    },
    signal: AbortSignal.timeout(patience),
  });
}

/** Why the server refused: the words of its answer, else `otherwise`. */
export async function refusalOf(answer, otherwise) {
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return page.querySelector(".refused [role=alert]")?.textContent ?? otherwise;
}
