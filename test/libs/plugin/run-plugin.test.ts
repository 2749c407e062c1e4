/** The life of a plugin (protocol 5.2), with a daemon that knows the protocol and nothing else. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type EventData, type PluginClass, type PluginContext, PluginRun } from '#libs/plugin';
import type { JsonObject } from '#libs/protocol';
import { ProtocolDaemon, type ScriptedState } from '../../companions/protocol-daemon.ts';
import { until, within } from '../../system/until.ts';
import { Recorder, settingsFor } from './recorder.ts';

interface Running {
  readonly daemon: ProtocolDaemon;
  readonly plugin: Recorder;
  readonly run: PluginRun;
  readonly ended: Promise<void>;
  readonly logged: string[];
}

async function runRecorder(
  t: TestContext,
  {
    state = {},
    Plugin = Recorder,
    prepare,
  }: {
    state?: ScriptedState;
    Plugin?: typeof Recorder;
    prepare?: (daemon: ProtocolDaemon) => void;
  } = {},
): Promise<Running> {
  const daemon = await ProtocolDaemon.start(t, state);
  prepare?.(daemon);
  const { settings, logged } = settingsFor(daemon);
  let made: Recorder | undefined;
  class Kept extends Plugin {
    constructor(context: PluginContext) {
      super(context);
      made = this;
    }
  }
  const run = new PluginRun(Kept as PluginClass, settings);
  const ended = run.run();
  t.after(async () => {
    run.stop();
    await ended.catch(() => undefined);
  });
  assert.ok(made);
  await daemon.subscribed();
  return { daemon, plugin: made, run, ended, logged };
}

async function untilNames(plugin: Recorder, names: readonly string[]): Promise<void> {
  await until(
    'events',
    () => plugin.names,
    (seen) => seen.length >= names.length,
  );
  assert.deepEqual(plugin.names, names);
}

test('is initialised, handed every event in order, and stopped', async (t) => {
  const { daemon, plugin, run, ended } = await runRecorder(t);
  await until('it is initialised', () => plugin.calls.length > 0);
  await daemon.publish('web.app', 'spawn', { process_pid: 1 });
  await daemon.publish('web.app', 'reap', { process_pid: 1 });
  await untilNames(plugin, ['web.app.spawn', 'web.app.reap']);
  assert.equal(plugin.seen[0]?.[1]['process_pid'], 1);
  run.stop();
  run.stop();
  await within('it ends', ended, 5_000);
  assert.deepEqual(plugin.calls, ['init', 'stop']);
});

test('call gives the answer, an error too; cast gives nothing', async (t) => {
  const { daemon, plugin } = await runRecorder(t, { state: { watchers: { web: { pids: [5] } } } });
  assert.deepEqual((await plugin.call('list', { name: 'web' }))['pids'], [5]);
  const { status, reason } = await plugin.call('list', { name: 'nope' });
  assert.deepEqual([status, reason], ['error', 'program nope not found']);
  plugin.cast('stop', { name: 'web' });
  const stop = await until('the cast', () =>
    daemon.requests.find(({ command }) => command === 'stop'),
  );
  assert.deepEqual([stop?.msg_type, stop?.properties], ['cast', { name: 'web' }]);
});

test('an event that it fails at is logged, and the next one comes', async (t) => {
  class Failing extends Recorder {
    override handle_recv(data: EventData): void {
      this.seen.push(data);
      if (this.seen.length === 1) throw new Error('no good');
    }
  }
  const { daemon, plugin, logged } = await runRecorder(t, { Plugin: Failing });
  await daemon.publish('web', 'spawn');
  await daemon.publish('web', 'reap');
  await untilNames(plugin, ['web.spawn', 'web.reap']);
  assert.match(logged.join(), /handle_recv has failed at watcher\.web\.spawn: Error: no good/);
});

test('the next event waits for the one before', async (t) => {
  let open = 0;
  let most = 0;
  class Slow extends Recorder {
    override async handle_recv(data: EventData): Promise<void> {
      open += 1;
      most = Math.max(most, open);
      await new Promise((turn) => setTimeout(turn, 5));
      open -= 1;
      this.seen.push(data);
    }
  }
  const { daemon, plugin } = await runRecorder(t, { Plugin: Slow });
  for (const event of ['spawn', 'reap', 'stop']) await daemon.publish('web', event);
  await untilNames(plugin, ['web.spawn', 'web.reap', 'web.stop']);
  assert.equal(most, 1);
});

test('one that is not active is refused', async (t) => {
  const daemon = await ProtocolDaemon.start(t);
  class Inactive extends Recorder {
    override active = false;
  }
  assert.throws(() => new PluginRun(Inactive as PluginClass, settingsFor(daemon).settings), {
    message: 'recorder is not active',
  });
});

/** What circusd holds of its events, as the command `events` gives it. */
function holds(daemon: ProtocolDaemon, held: () => { events: JsonObject[]; newest: number }): void {
  daemon.answers.set('events', ({ since }) => {
    const { events, newest } = held();
    return { events: events.filter(({ seq }) => Number(seq) > Number(since)), oldest: 1, newest };
  });
}

function event(seq: number, time = seq): JsonObject {
  return { topic: `watcher.web.e${seq}`, time, seq };
}

test('events that the subscription has lost are asked for, each comes once and in order', async (t) => {
  let newest = 0;
  const { daemon, plugin } = await runRecorder(t, {
    prepare: (scripted) =>
      holds(scripted, () => ({
        events: Array.from({ length: newest }, (_, at) => event(at + 1)),
        newest,
      })),
  });
  await until('it knows where it begins', () => daemon.countOf('events') > 0);
  daemon.loseEvents(3);
  newest = 4;
  await daemon.publish('web', 'e4', { time: 4 });
  await untilNames(plugin, ['web.e1', 'web.e2', 'web.e3', 'web.e4']);
  daemon.loseEvents(1);
  newest = 6;
  await daemon.publish('web', 'e6', { time: 6 });
  await daemon.publish('web', 'e7', { time: 7 });
  await untilNames(
    plugin,
    [1, 2, 3, 4, 5, 6, 7].map((seq) => `web.e${seq}`),
  );
});

test('a new circusd counts anew: what it has published is handed on from its first event', async (t) => {
  let held: { events: JsonObject[]; newest: number } = { events: [], newest: 0 };
  const { daemon, plugin } = await runRecorder(t, {
    prepare: (scripted) => holds(scripted, () => held),
  });
  await until('it knows where it begins', () => daemon.countOf('events') > 0);
  daemon.loseEvents(41);
  held = { events: [event(42)], newest: 42 };
  await daemon.publish('web', 'e42', { time: 42 });
  await untilNames(plugin, ['web.e42']);
  daemon.loseEvents(-40);
  held = { events: [event(1, 101), event(2, 102), event(3, 103)], newest: 3 };
  await daemon.publish('web', 'e3', { time: 103 });
  await untilNames(plugin, ['web.e42', 'web.e1', 'web.e2', 'web.e3']);
});

test('an original daemon has neither numbers nor events', async (t) => {
  const { daemon, plugin } = await runRecorder(t, {
    state: { countsEvents: false },
    prepare: (scripted) =>
      scripted.answers.set('events', () => ({
        status: 'error',
        reason: "unknown command: 'events'",
        errno: 2,
      })),
  });
  await until('it has asked', () => daemon.countOf('events') > 0);
  await daemon.publish('web', 'spawn');
  await daemon.publish('web', 'reap');
  await untilNames(plugin, ['web.spawn', 'web.reap']);
  assert.equal(daemon.countOf('events'), 1);
});
