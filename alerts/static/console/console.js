// What the desk is made of: each module takes care of its own section, and speaks to the others by events on `document`.
import { start as startAlarm } from "./alarm.js";
import { start as startClocks } from "./clocks.js";
import { start as startIncident } from "./incident.js";
import { start as startKeys } from "./keys.js";
import { start as startLink } from "./link.js";
import { start as startQueue } from "./queue.js";
import { start as startStream } from "./stream.js";
import { start as startTabs } from "./tabs.js";
import { start as startToasts } from "./toast.js";
import { start as startUnits } from "./units.js";
import { wordsOf } from "./words.js";

startClocks();
startKeys();
startToasts();
startLink();
startTabs();
startAlarm();
startQueue();
// Only where a chart is: it needs the map's library, and nobody waits for that. What opened meanwhile it hears then.
let opened;
document.addEventListener("suar:opened", ({ detail }) => (opened = detail));
if (document.querySelector("#sea .chart")) {
  import("./sea.js").then(
    (sea) => {
      sea.start();
      if (opened) document.dispatchEvent(new CustomEvent("suar:opened", { detail: opened }));
    },
    () => (document.getElementById("sea-state").textContent = wordsOf("sea-words")("failed")),
  );
}
startIncident();
startUnits();
startStream(); // last: whoever listens does so by now
document.documentElement.dataset.ready = "";
