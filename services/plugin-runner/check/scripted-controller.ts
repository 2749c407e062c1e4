/** The watchers of the daemon that `--check` plays: nothing is behind them. */
import type { Controller, Operation, ProcessView, WatcherView } from '#libs/protocol';

/** Names that a plugin has to cope with. */
export const watcherNames = ['web', 'Two Words', 'with.dots'] as const;

/** The first pid of each watcher. */
export const firstPid = 4_000_001;

/** Says yes to all that changes something, and changes nothing. */
export function scriptedController(): Controller {
  const watchers = watcherNames.map((name, place) => viewOf(name, firstPid + place));
  const done: Operation = { reply: {}, done: Promise.resolve({}) };
  const known: Partial<Controller> = {
    version: '0.0.0',
    generation: 1,
    pid: process.pid,
    watchers: () => watchers,
    findWatcher: (key) => watchers.find((watcher) => watcher.key === key),
    processes: async (key) => watchers.filter((one) => one.key === key).flatMap(processesOf),
    extendStats: async (_key, _pid, stats) => stats,
    sockets: () => [],
    events: () => ({ events: [], oldest: 0, newest: 0 }),
    signal: () => undefined,
  };
  // Whatever else there is gives an Operation.
  return new Proxy(known as Controller, {
    get: (target, name) => Reflect.get(target, name) ?? (() => done),
  });
}

function viewOf(name: string, pid: number): WatcherView {
  return {
    name,
    key: name.toLowerCase(),
    status: 'active',
    pids: [pid],
    processCount: 1,
    numprocesses: 1,
    readyCount: null,
    reload: null,
    messages: {},
    singleton: false,
    options: { numprocesses: 1, cmd: 'sleep 600' },
    origins: {},
    trouble: null,
  };
}

function processesOf({ pids }: WatcherView): ProcessView[] {
  return pids.map((pid) => {
    const figures = { cpu: 1, mem: 0.1, mem_info1: '8.00M', mem_info2: '9.00M' };
    const info = { pid, ...figures, cmdline: 'sleep', username: 'nobody', nice: 0 };
    return { pid, wid: 1, started: Date.now() / 1_000, age: 1, info, children: [] };
  });
}
