// What changed, as the server tells it: server-sent events where there is a stream, else a question every few seconds.
import { learn } from "./clocks.js";
import { ask, fire } from "./words.js";

const SILENT_MS = 16_000; // the server says something every five seconds
const ASK_MS = 3_000; // between two questions, where no stream can be had
const LONGEST_WAIT_MS = 5_000; // so long may a distress be unheard here once the server is back

export function start() {
  const { stream, changes, user } = document.body.dataset;
  if (!stream) return;
  const language = document.documentElement.lang;
  let since = document.querySelector("[data-since]")?.dataset.since ?? ""; // what this page has seen: sent back with every question
  let source = null;
  let heardAt = 0;
  let failures = 0;
  let timer = 0;
  let state = "";
  let reason = "";
  let streams = true; // whether this server has a stream at all

  function tell(now, why = "") {
    if (state === now && (now !== "signed-out" || reason === why)) return;
    [state, reason] = [now, why];
    fire("link", { state, why });
  }

  function take(kind, data, id) {
    heardAt = Date.now();
    if (data.at) learn(data.at);
    if (id) since = id;
    if (kind === "rows") {
      for (const { facets } of data.rows) facets.held_by_me = facets.held_by !== null && String(facets.held_by) === user;
      if (data.rows.length || data.gone.length || data.present) fire("rows", data);
      if (data.stale) fire("stale", {});
    } else if (kind !== "tick") fire(kind, data);
  }

  const address = (path) => `${path}?${new URLSearchParams({ since, language })}`;

  function open() {
    clearTimeout(timer);
    shut();
    const mine = new EventSource(address(stream));
    source = mine;
    heardAt = Date.now();
    for (const kind of ["rows", "units", "alarm", "heard", "tick"]) {
      mine.addEventListener(kind, (event) => {
        if (mine !== source) return;
        failures = 0;
        take(kind, JSON.parse(event.data), event.lastEventId);
        tell("live");
      });
    }
    mine.addEventListener("no-stream", () => {
      if (mine !== source) return;
      shut();
      streams = false;
      question();
    });
    mine.addEventListener("away", () => mine === source && tell("lost", "database"));
    mine.addEventListener("signed-out", () => mine === source && (shut(), question())); // its answer tells why
    mine.addEventListener("error", () => mine === source && fail());
  }

  function shut() {
    source?.close();
    source = null;
  }

  function signedOut(why = "") {
    shut();
    tell("signed-out", why);
    return again();
  }

  /** The stream broke: one question tells whether the server, the login or only the stream is gone. */
  async function fail() {
    shut();
    clearTimeout(timer);
    failures += 1;
    if (failures === 1) return again(200 + Math.random() * 800); // a restart of the server is over in a moment
    return question();
  }

  async function question() {
    let answer;
    try {
      answer = await ask(address(changes), { patience: 8_000 });
      if (answer.status === 401) return signedOut();
      if (answer.status === 403) return signedOut("rights"); // signed in, and not at the desk any more
      if (!answer.ok) throw new Error(String(answer.status));
      const said = await answer.json();
      take("rows", said, said.id);
      take("alarm", said.alarm);
      tell("live");
    } catch {
      tell("lost", answer ? "server" : "");
      failures += 1;
      return again();
    }
    failures = 0;
    timer = setTimeout(streams ? open : question, streams ? 500 : ASK_MS);
    return undefined;
  }

  /** Try again after a pause that grows, each desk at another moment. */
  function again(afterMs = Math.min(LONGEST_WAIT_MS, 1000 * 2 ** Math.min(failures, 5)) * (0.5 + Math.random() / 2)) {
    clearTimeout(timer);
    timer = setTimeout(state === "signed-out" || failures > 1 || !streams ? question : open, afterMs);
  }

  // A cable that was pulled closes nothing: silence tells.
  setInterval(() => source && Date.now() - heardAt > SILENT_MS && (tell("lost"), fail()), 1_000);
  addEventListener("offline", () => {
    shut();
    tell("lost");
    failures += 1;
    again();
  });
  for (const name of ["online", "focus"]) addEventListener(name, () => !source && (streams && state !== "signed-out" ? open() : question()));
  document.addEventListener("suar:link", ({ detail }) => {
    if (detail.state === "signed-out" && state !== "signed-out") signedOut(); // another module was told
  });
  addEventListener("pagehide", shut);
  addEventListener("pageshow", (event) => event.persisted && open());
  open();
}
