/** Spoilt requests to one circusd, over ZeroMQ, while somebody else is being served. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Dealer } from 'zeromq';
import { catalog } from '#libs/commands';
import { countDescriptors, percentile } from '../daemon/index.ts';
import { type Daemon, startDaemon } from '../system/daemon.ts';
import { until } from '../system/until.ts';
import { type Dice, fuzzRuns, rollDice } from './dice.ts';
import { type SpoiltRequest, spoilRequest, validRequests } from './mutate-request.ts';

/** Requests on their way at a time. */
const windowSize = 40;

/** After so many requests whatever they have added is removed. */
const cleaningEvery = 500;

/** The longest that somebody else may wait for an answer, on a slow machine, in milliseconds. */
const patienceMs = 5_000;

/** What the last three quarters of the requests may leave in memory, in bytes. */
const growthBytes = 96 * 1024 * 1024;

/** A connection that sends frames as they are and counts the replies. */
class RawClient {
  readonly #socket = new Dealer({ linger: 0 });
  /** Replies that are to come. */
  open = 0;
  /** Of these, the ones that may take as long as the work. */
  openLong = 0;
  /** Replies more than were to come. */
  surplus = 0;
  readonly statuses = new Map<string, number>();

  constructor(endpoint: string) {
    this.#socket.connect(endpoint);
    void this.#receive();
  }

  async send({ frames, isAnswered, mayTakeLong }: SpoiltRequest): Promise<void> {
    if (isAnswered) this.open += 1;
    if (isAnswered && mayTakeLong) this.openLong += 1;
    await this.#socket.send([...frames]);
  }

  close(): void {
    this.#socket.close();
  }

  async #receive(): Promise<void> {
    for await (const frames of this.#socket) {
      const reply = JSON.parse(String(frames.at(-1)));
      assert.equal(typeof reply.status, 'string');
      assert.equal(typeof reply.time, 'number');
      assert.ok('id' in reply);
      if (this.open === 0) this.surplus += 1;
      else this.open -= 1;
      const key = reply.status === 'error' ? `errno ${reply.errno}` : 'ok';
      this.statuses.set(key, (this.statuses.get(key) ?? 0) + 1);
    }
  }
}

function rssBytes(pid: number): number {
  const [, kB] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kB) * 1024;
}

/** Somebody who asks all the time, and how long each answer took, in milliseconds. */
async function askAllTheTime(daemon: Daemon, isOver: () => boolean): Promise<number[]> {
  const latencies: number[] = [];
  for (let round = 0; !isOver(); round += 1) {
    const began = performance.now();
    await daemon.call(round % 2 === 0 ? 'version' : 'status', {}, 30_000);
    latencies.push(performance.now() - began);
    await delay(10);
  }
  return latencies;
}

async function sendSpoilt(
  client: RawClient,
  daemon: Daemon,
  dice: Dice,
  runs: number,
): Promise<number> {
  let early = Number.POSITIVE_INFINITY;
  for (let sent = 0; sent < runs; sent += 1) {
    const request = spoilRequest(dice, `r${sent}`);
    await client.send(request);
    if (client.open - client.openLong >= windowSize) {
      await until(
        'replies',
        () => client.open,
        (open) => open < windowSize / 2 + client.openLong,
      );
    }
    if (sent % cleaningEvery === cleaningEvery - 1) await clean(client, daemon);
    if (sent === Math.floor(runs / 4)) early = rssBytes(daemon.pid);
  }
  return early;
}

/** Whatever was added by command goes; every request is answered once that is done. */
async function clean(client: RawClient, daemon: Daemon): Promise<void> {
  await until('the daemon is ready', async () => daemon.call('reloadconfig', { waiting: true }));
  await until(
    'every request is answered',
    () => client.open,
    (open) => open === 0,
  );
  client.openLong = 0;
}

test('knows a valid request of every command but quit, and but what circusctl does itself', () => {
  const own = catalog.filter(({ runInClient }) => runInClient !== undefined);
  const known = new Set(['quit', ...own.map(({ name }) => name), ...Object.keys(validRequests)]);
  assert.deepEqual(
    catalog.map(({ name }) => name).filter((name) => !known.has(name)),
    [],
  );
});

test('20 000 spoilt requests: every one answered once, nobody kept waiting, no growth', async (t: TestContext) => {
  const dice = rollDice(t);
  const daemon = await startDaemon(t, '[watcher:keeper]\ncmd = sleep 600\n', { listens: false });
  const client = new RawClient(daemon.endpoint);
  t.after(() => client.close());
  await daemon.running('keeper', 1);
  await daemon.call('dstats');
  const descriptors = countDescriptors(daemon.pid);
  let isOver = false;
  const asking = askAllTheTime(daemon, () => isOver);
  const runs = fuzzRuns(20_000);
  const began = performance.now();
  const early = await sendSpoilt(client, daemon, dice, runs).finally(() => {
    isOver = true;
  });
  await clean(client, daemon);
  const rate = runs / ((performance.now() - began) / 1_000);
  const latencies = await asking;
  const grown = rssBytes(daemon.pid) - early;
  const slowest = Math.max(...latencies);
  t.diagnostic(`${Math.round(rate)} requests a second; ${JSON.stringify([...client.statuses])}`);
  t.diagnostic(
    `others waited ${percentile(latencies, 50).toFixed(1)} ms in the middle, ${slowest.toFixed(0)} ms at most`,
  );
  t.diagnostic(`rss has grown by ${Math.round(grown / 1024)} kB in the last three quarters`);
  assert.equal(client.surplus, 0, 'replies to nobody');
  assert.ok(slowest < patienceMs, `somebody waited ${slowest} ms`);
  assert.ok(grown < growthBytes, `${grown} bytes`);
  assert.deepEqual((await daemon.call('list'))['watchers'], ['keeper']);
  assert.doesNotMatch(daemon.log, /fault in command|uncaughtException|unhandledRejection/);
  await until(
    'descriptors are closed',
    () => countDescriptors(daemon.pid),
    (count) => count <= descriptors + 4,
  );
});
