// What the desk is made of: each module takes care of its own section, and speaks to the others by events on `document`.
import { start as startIncident } from "./incident.js";
import { start as startTabs } from "./tabs.js";

startTabs();
startIncident();
