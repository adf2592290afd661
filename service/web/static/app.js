// What pages do besides being read. Everything here can also be done without a script.

import "./theme.js";
import { startTimes } from "./times.js";
import { startDialogs } from "./dialogs.js";
import { startInbox } from "./inbox.js";
import { startKeys } from "./keys.js";
import { startAnswer } from "./answer.js";
import { startTicks } from "./ticks.js";

startTimes();
startDialogs();
startInbox();
startKeys();
startAnswer();
startTicks();
