// Whether what is shown is what is: a word in the bar, and a banner while it is not.
import { now } from "./clocks.js";
import { fire, wordsOf } from "./words.js";

export function start() {
  const [sign, banner] = ["link", "offline"].map((id) => document.getElementById(id));
  if (!sign || !banner) return;
  const word = wordsOf("link-words");
  let since = null;

  document.addEventListener("suar:link", ({ detail: { state, why } }) => {
    sign.dataset.state = state;
    sign.textContent = word(state);
    document.body.classList.toggle("offline", state !== "live");
    document.body.classList.toggle("no-rights", why === "rights"); // what is shown is not theirs to see any more
    if (why === "rights") fire("alarm", { untaken: [] });
    if (state === "live") {
      banner.hidden = true;
      banner.replaceChildren();
      if (since) fire("said", { text: word("back") });
      since = null;
      return;
    }
    since ??= new Date(now()).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const name = why === "rights" ? "rights" : state === "signed-out" ? "signed" : why === "database" ? "database" : "offline";
    banner.textContent = `${word(name, { time: since })} `;
    if (name === "signed") {
      const link = document.createElement("a");
      link.href = location.href;
      link.target = "_blank";
      link.textContent = word("in");
      banner.append(link);
    }
    banner.hidden = false;
  });
}
