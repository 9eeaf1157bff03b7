// What was just done, said once, with a button that takes it back: `suar:said` {text, undo?: {url, label}}.
import { ask, fire, refusalOf, wordsOf } from "./words.js";

const STAYS_MS = 8_000;
const STAYS_WITH_UNDO_MS = 30_000;
const MOST = 4;

export function start() {
  const box = document.getElementById("toasts");
  if (!box) return;
  const word = wordsOf("toast-words");

  function say({ text, undo }) {
    const toast = document.createElement("div");
    toast.className = "toast";
    const words = document.createElement("span");
    words.dir = "auto";
    words.textContent = text;
    toast.append(words);
    if (undo) toast.append(button(undo.label, () => takeBack(undo.url, toast)));
    const shut = button("×", () => toast.remove());
    shut.setAttribute("aria-label", word("dismiss"));
    toast.append(shut);
    box.append(toast);
    while (box.children.length > MOST) box.firstElementChild.remove();
    goAway(toast, undo ? STAYS_WITH_UNDO_MS : STAYS_MS);
  }

  function button(label, press) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "button small";
    made.textContent = label;
    made.addEventListener("click", press);
    return made;
  }

  /** It stays while somebody points at it or has the focus in it. */
  function goAway(toast, after) {
    setTimeout(() => (toast.matches(":hover, :focus-within") ? goAway(toast, 2_000) : toast.remove()), after);
  }

  async function takeBack(url, toast) {
    for (const one of toast.querySelectorAll("button")) one.disabled = true;
    try {
      const answer = await ask(url, { method: "POST", body: new FormData() });
      const json = answer.headers.get("Content-Type")?.startsWith("application/json");
      const done = json ? await answer.json() : {};
      toast.remove();
      if (answer.status === 401) fire("link", { state: "signed-out" });
      const otherwise = answer.ok ? word("undone") : json ? word("not-undone") : await refusalOf(answer, word("not-undone"));
      say({ text: done.said ?? done.text ?? otherwise, undo: answer.ok ? done.undo : null });
      if (answer.ok) fire("undone", done);
      else if (!json) fire("refused", {});
    } catch {
      for (const one of toast.querySelectorAll("button")) one.disabled = false;
      say({ text: word("lost") });
    }
  }

  document.addEventListener("suar:said", ({ detail }) => say(detail));
}
