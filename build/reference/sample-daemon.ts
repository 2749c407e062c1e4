/**
 * The circusd of the reference's samples: commands are carried out against it, so that every reply
 * shown is one that the command gives.
 */
import { createWatcherConfig, describeOptions } from '#libs/config';
import {
  type Controller,
  eventTopic,
  logTopic,
  type Operation,
  type ReplyBody,
  type WatcherView,
} from '#libs/protocol';

/** The moment at which all samples happen. */
export const sampleTime = 1795477687.726;

const pids = { web: [23304, 23305], worker: [23310] };

function sampleWatcher(name: keyof typeof pids, cmd: string): WatcherView {
  const numprocesses = pids[name].length;
  const options = { numprocesses, copy_env: true };
  return {
    name,
    key: name,
    status: 'active',
    pids: pids[name],
    processCount: numprocesses,
    numprocesses,
    singleton: false,
    readyCount: null,
    reload: null,
    messages: {},
    options: describeOptions(createWatcherConfig(name, cmd, '', options)),
    origins: { cmd: 'circus.ini:5', copy_env: 'circus.ini:6', numprocesses: 'runtime' },
    trouble: null,
  };
}

const watchers = [
  sampleWatcher('web', 'python3 app.py'),
  sampleWatcher('worker', 'python3 worker.py'),
];

function describeProcess(pid: number, cmdline: string, rss: string) {
  return {
    mem_info1: rss,
    mem_info2: '123.95M',
    cpu: 1.5,
    mem: 0.146,
    ctime: '0:05.32',
    pid,
    username: 'www',
    nice: 0,
    create_time: 1795477627.61,
    age: 60.1,
    cmdline,
  };
}

function work(reply: ReplyBody, done: ReplyBody = {}): Operation {
  return { reply, done: Promise.resolve(done) };
}

const plan = {
  added: ['mailer'],
  removed: [],
  kept: ['worker'],
  changed: [
    {
      name: 'web',
      action: 'reload',
      options: [{ name: 'cmd', before: 'python3 app.py', after: 'python3 app.py --fast' }],
    },
  ],
  circus: [],
};

/** Two watchers, `web` with two processes and `worker` with one. */
export const sampleDaemon: Controller = {
  version: '0.1.0',
  generation: 1,
  pid: 23161,
  upgradeFailure: null,
  globalOptions: {
    endpoint: 'tcp://127.0.0.1:5555',
    stats_endpoint: 'tcp://127.0.0.1:5557',
    pubsub_endpoint: 'tcp://127.0.0.1:5556',
    check_delay: 5,
    multicast_endpoint: '',
  },
  watchers: () => watchers,
  sockets: () => [
    { fd: 3, name: 'backend', backlog: 2048, path: '/run/backend.sock' },
    { fd: 4, name: 'web', backlog: 2048, host: '127.0.0.1', port: 8080 },
  ],
  findWatcher: (key) => watchers.find((watcher) => watcher.key === key),
  processes: async (key, pid) => {
    const found = watchers.find((watcher) => watcher.key === key)?.pids ?? [];
    return found
      .filter((known) => pid === undefined || known === pid)
      .map((known, place) => ({
        pid: known,
        wid: place + 1,
        started: sampleTime - 60,
        age: 60,
        info: describeProcess(known, 'python3', '35.08M'),
        children: [],
      }));
  },
  extendStats: async (_key, _pid, stats) => stats,
  describeSelf: () => ({ ...describeProcess(23161, 'node', '61.20M'), children: [] }),
  start: ({ kind }) =>
    work({}, kind === 'one' ? { info: { started: [24470], kept: [23304] } } : {}),
  stop: ({ kind }) => work({}, kind === 'one' ? { info: null } : {}),
  restart: ({ kind }) => work({}, kind === 'one' ? { info: replaced } : {}),
  reload: ({ kind }) => work({}, kind === 'one' ? { info: replaced } : {}),
  abortReload: () => work({}),
  add: ({ start }) => work({}, start ? { started: [24470], kept: [] } : {}),
  remove: () => work({}),
  changeCount: (_key, nb) => work({ numprocesses: 2 + nb }),
  set: () => work({}),
  kill: () => work({}),
  signal: () => undefined,
  reset: () => work({}),
  reopenLogs: () => ({ direct: ['/var/log/web.log'] }),
  quit: () => work({}),
  reloadConfig: () => work({ plan }),
  upgrade: async () => ({ upgrade: 'started', generation: 1, pid: 23161 }),
  awaitAgain: async () => ({}),
  logs: ({ follow }) => {
    const position = 8127;
    const data = 'Serving HTTP on 127.0.0.1 port 8080\n';
    const place = { position, bytes: data.length };
    const facts = { watcher: 'web', stream: 'stdout' as const, pid: 23304, wid: 1 };
    const source = {
      watcher: 'web',
      streams: ['stdout' as const],
      topic: logTopic('web', 'stdout'),
      kind: 'pipes' as const,
      path: null,
      note: null,
      position: position + data.length,
    };
    return Promise.resolve({
      logs: [{ ...facts, time: sampleTime, ...place, data }],
      sources: [source],
      instance: '23161-1767225600000',
      ...(follow ? { endpoint: 'tcp://127.0.0.1:5558' } : {}),
    });
  },
  events: () => {
    const reap = { process_pid: 23304, exit_code: -15, wid: 1, backoff: 0 };
    const spawn = { process_pid: 24470, process_id: 1, wid: 1 };
    return {
      events: [
        {
          topic: eventTopic('web', 'reap'),
          payload: { time: sampleTime, ...reap, seq: 12, wseq: 5 },
        },
        {
          topic: eventTopic('web', 'spawn'),
          payload: { time: sampleTime, ...spawn, seq: 13, wseq: 6 },
        },
      ],
      oldest: 1,
      newest: 13,
    };
  },
};

const replaced = { stopped: [23304, 23305], started: [24470, 24471], kept: [] };
