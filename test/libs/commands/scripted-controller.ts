/** A daemon with fixed watchers that records what commands ask of it. */
import type { Controller, Operation, ReplyBody, WatcherView } from '#libs/protocol';

/** One call of a method of the controller. */
export type Call = readonly [method: string, ...parameters: unknown[]];

/** What a scripted operation answers; `done` may be a failure. */
export interface Script {
  reply?: ReplyBody;
  done?: ReplyBody | Error;
}

function watcher(name: string, parts: Partial<WatcherView> = {}): WatcherView {
  return {
    name,
    key: name.toLowerCase(),
    status: 'active',
    pids: [11, 12],
    processCount: 3,
    numprocesses: 2,
    readyCount: null,
    reload: null,
    messages: {},
    singleton: false,
    options: { cmd: 'sleep 5', env: { B: '2', A: '1' }, numprocesses: 2, shell: false, uid: null },
    origins: { cmd: 'circus.ini:3' },
    trouble: null,
    ...parts,
  };
}

/** A process as libs/process-info describes it. */
export const description = {
  mem_info1: '3.00M',
  mem_info2: '2.00G',
  cpu: 0.1,
  mem: 0.1,
  ctime: '0:00.41',
  pid: 47864,
  username: 'root',
  nice: 0,
  create_time: 1.5,
  age: 3.5,
  cmdline: 'python',
};

/** Watchers `alpha`, `Web-1`, `web-2` and the singleton `one`. */
export function scriptedController(script: Script = {}): Controller & { calls: Call[] } {
  const calls: Call[] = [];
  const watchers = [
    watcher('alpha', { status: 'stopped', pids: [], processCount: 0 }),
    watcher('one', { singleton: true, numprocesses: 1 }),
    watcher('Web-1'),
    watcher('web-2'),
  ];
  const record =
    (method: string) =>
    (...parameters: unknown[]): Operation => {
      calls.push([method, ...parameters]);
      const { reply = {}, done = {} } = script;
      const settled = done instanceof Error ? Promise.reject(done) : Promise.resolve(done);
      return { reply, done: settled };
    };
  return {
    calls,
    version: '9.8.7',
    generation: 2,
    pid: 4711,
    upgradeFailure: null,
    globalOptions: {
      endpoint: 'tcp://127.0.0.1:5555',
      stats_endpoint: null,
      pubsub_endpoint: 'tcp://127.0.0.1:5556',
      check_delay: 5,
      multicast_endpoint: null,
    },
    watchers: () => watchers,
    findWatcher: (key) => watchers.find((candidate) => candidate.key === key),
    sockets: () => [
      { fd: 3, name: 'web', backlog: 2048, host: '127.0.0.1', port: 8080 },
      { fd: 4, name: 'ux', backlog: 5, path: '/run/ux.sock' },
    ],
    processes: async (_key, pid) =>
      [11, 12]
        .filter((known) => pid === undefined || known === pid)
        .map((known) => {
          const info = { ...description, pid: known };
          return { pid: known, wid: known - 10, started: 5, age: 2.5, info, children: [] };
        }),
    extendStats: async (_key, _pid, stats) => ({ ...stats, extended: true }),
    describeSelf: () => ({ ...description, children: [] }),
    start: record('start'),
    stop: record('stop'),
    restart: record('restart'),
    reload: record('reload'),
    abortReload: record('abortReload'),
    add: record('add'),
    remove: record('remove'),
    changeCount: record('changeCount'),
    set: record('set'),
    kill: record('kill'),
    reset: record('reset'),
    quit: record('quit'),
    reloadConfig: record('reloadConfig'),
    signal(...parameters) {
      record('signal')(...parameters);
    },
    reopenLogs() {
      calls.push(['reopenLogs']);
      return { direct: ['/var/log/x'] };
    },
    async upgrade(request) {
      calls.push(['upgrade', request]);
      return { upgrade: 'started', generation: 2, pid: 4711 };
    },
    async awaitAgain(parked) {
      calls.push(['awaitAgain', parked]);
      return script.done instanceof Error ? Promise.reject(script.done) : (script.done ?? {});
    },
    logs(request) {
      calls.push(['logs', request]);
      const facts = { watcher: 'web-1', stream: 'stderr' as const, pid: 11, wid: 1, time: null };
      const place = { position: 7, bytes: 4, data: 'a\nb\n' };
      return Promise.resolve({ logs: [{ ...facts, ...place }], sources: [], instance: 'i' });
    },
    events(since, key) {
      calls.push(['events', since, key]);
      const payload = { time: 1.5, seq: 8, wseq: 3, process_pid: 11 };
      return { events: [{ topic: 'watcher.web-1.spawn', payload }], oldest: 3, newest: 8 };
    },
  };
}
