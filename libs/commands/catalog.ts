// Generated from the files of catalog/ by `npm run generate`; never edited.
import { add } from './catalog/add.ts';
import { completion } from './catalog/completion.ts';
import { config } from './catalog/config.ts';
import { decr } from './catalog/decr.ts';
import { describe } from './catalog/describe.ts';
import { dstats } from './catalog/dstats.ts';
import { events } from './catalog/events.ts';
import { get } from './catalog/get.ts';
import { globaloptions } from './catalog/globaloptions.ts';
import { incr } from './catalog/incr.ts';
import { ipython } from './catalog/ipython.ts';
import { kill } from './catalog/kill.ts';
import { list } from './catalog/list.ts';
import { listen } from './catalog/listen.ts';
import { listsockets } from './catalog/listsockets.ts';
import { logs } from './catalog/logs.ts';
import { numprocesses } from './catalog/numprocesses.ts';
import { numwatchers } from './catalog/numwatchers.ts';
import { options } from './catalog/options.ts';
import { quit } from './catalog/quit.ts';
import { reload } from './catalog/reload.ts';
import { reloadconfig } from './catalog/reloadconfig.ts';
import { reopenlogs } from './catalog/reopenlogs.ts';
import { reset } from './catalog/reset.ts';
import { restart } from './catalog/restart.ts';
import { rm } from './catalog/rm.ts';
import { set } from './catalog/set.ts';
import { signal } from './catalog/signal.ts';
import { start } from './catalog/start.ts';
import { stats } from './catalog/stats.ts';
import { status } from './catalog/status.ts';
import { stop } from './catalog/stop.ts';
import { upgrade } from './catalog/upgrade.ts';
import { version } from './catalog/version.ts';
import type { Command } from './command.ts';

/** Every command of circusd and circusctl, sorted by name. */
export const catalog: readonly Command[] = [
  add,
  completion,
  config,
  decr,
  describe,
  dstats,
  events,
  get,
  globaloptions,
  incr,
  ipython,
  kill,
  list,
  listen,
  listsockets,
  logs,
  numprocesses,
  numwatchers,
  options,
  quit,
  reload,
  reloadconfig,
  reopenlogs,
  reset,
  restart,
  rm,
  set,
  signal,
  start,
  stats,
  status,
  stop,
  upgrade,
  version,
];
