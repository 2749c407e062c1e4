/** A circusd-stats of its own, processes for it to look at, and what it publishes. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { EventSubscriber, type ReceivedEvent } from '#libs/client';
import type { JsonObject } from '#libs/protocol';
import { findFreePort, Program } from '../system/daemon.ts';
import { until } from '../system/until.ts';
import type { ProtocolDaemon } from './protocol-daemon.ts';

/** Processes that do nothing; they end with the test. */
export function startSleepers(t: TestContext, count: number, command = ['sleep', '600']): number[] {
  const [file = '', ...args] = command;
  const children: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(file, args, { stdio: 'ignore' }),
  );
  t.after(() => {
    for (const child of children) child.kill('SIGKILL');
  });
  return children.map(({ pid = 0 }) => pid);
}

/** What a subscriber has seen of the stats channel, in order. */
export class SeenStats {
  readonly messages: ReceivedEvent[] = [];
  readonly #subscriber: EventSubscriber;

  constructor(endpoint: string, topics: readonly string[] = ['stat.']) {
    this.#subscriber = new EventSubscriber(endpoint, topics);
    void this.#record();
  }

  close(): void {
    this.#subscriber.close();
  }

  /** The payloads of one topic. */
  of(topic: string): JsonObject[] {
    return this.messages.filter((one) => one.topic === topic).map(({ payload }) => payload);
  }

  /** Waits for a message of this topic that is right, among those to come. */
  async next(
    topic: string,
    isRight: (payload: JsonObject) => unknown = () => true,
  ): Promise<JsonObject> {
    const from = this.messages.length;
    const find = (): JsonObject | undefined =>
      this.messages.slice(from).find((one) => one.topic === topic && isRight(one.payload))?.payload;
    try {
      return (await until(`a right ${topic}`, find)) as JsonObject;
    } catch (error) {
      const seen = this.messages.slice(from).map(({ topic: name }) => name);
      const last = JSON.stringify(this.of(topic).at(-1));
      throw new Error(`${error}; there were ${[...new Set(seen)].join(' ')}; last: ${last}`);
    }
  }

  async #record(): Promise<void> {
    for await (const message of this.#subscriber) this.messages.push(message);
  }
}

/** A circusd-stats at a scripted daemon. */
export interface RunningStats {
  readonly program: Program;
  readonly endpoint: string;
  subscribe(...topics: string[]): SeenStats;
}

/** Starts it; it ends with the test. */
export async function startStats(
  t: TestContext,
  daemon: ProtocolDaemon,
  flags: readonly string[] = ['--period', '0.2'],
): Promise<RunningStats> {
  const endpoint = `tcp://127.0.0.1:${await findFreePort()}`;
  const program = new Program([
    process.execPath,
    'dist/circusd-stats.cjs',
    ...['--endpoint', daemon.endpoint, '--pubsub', daemon.pubsub, '--statspoint', endpoint],
    ...flags,
  ]);
  t.after(async () => {
    program.kill('SIGKILL');
    await program.ended;
  });
  await until('circusd-stats has started', () => program.stderr.includes('circusd-stats started'));
  const subscribe = (...topics: string[]): SeenStats => {
    const seen = new SeenStats(endpoint, topics.length === 0 ? undefined : topics);
    t.after(() => seen.close());
    return seen;
  };
  return { program, endpoint, subscribe };
}
