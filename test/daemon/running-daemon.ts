/** A circusd of its own: on free ports of the loopback, in a folder of its own, and ended for sure. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CircusClient, EventSubscriber, type ReceivedEvent } from '#libs/client';
import { findFreePorts } from './free-ports.ts';
import { listEntries, readEnvironment } from './proc.ts';
import { waitUntil } from './wait-until.ts';

/** Every worker has it in its environment, with the daemon's mark: so none is ever left behind. */
const markVariable = 'CIRCUS_TEST_MARK';

/** Events as they come; `return` ends the subscription. */
export type EventStream = AsyncGenerator<ReceivedEvent, void>;

/** What a daemon is started with. */
export interface DaemonRequest {
  /** Sections of the configuration after `[circus]`. */
  readonly sections: string;
  /** Lines of `[circus]` other than the endpoints. */
  readonly circus?: string;
  /** Flags of node in front of the program. */
  readonly nodeFlags?: readonly string[];
}

/** A circusd that runs, and how to reach it. */
export class RunningDaemon {
  readonly pid: number;
  readonly endpoint: string;
  readonly pubsubEndpoint: string;
  readonly client: CircusClient;
  /** Settles when circusd has ended: its exit code, null when a signal has ended it. */
  readonly exit: Promise<number | null>;
  readonly #mark: string;
  /** Each keeps its program alive until it is closed. */
  readonly #subscribers: EventSubscriber[] = [];
  readonly #folder: string;
  readonly #child: ChildProcess;

  constructor(child: ChildProcess, mark: string, folder: string, ports: readonly number[]) {
    if (child.pid === undefined) throw new Error('circusd was not started');
    this.pid = child.pid;
    this.#child = child;
    this.#mark = mark;
    this.#folder = folder;
    this.endpoint = `tcp://127.0.0.1:${ports[0]}`;
    this.pubsubEndpoint = `tcp://127.0.0.1:${ports[1]}`;
    this.client = new CircusClient(this.endpoint, { timeoutMs: 60_000 });
    this.exit = new Promise((resolve) => child.once('exit', resolve));
  }

  /** Whether circusd itself has not ended. */
  get isUp(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** What circusd has logged. */
  get log(): string {
    return readFileSync(join(this.#folder, 'circusd.log'), 'utf8');
  }

  /** Every event from now on: a subscription takes a moment to arrive, so this waits for a first one. */
  async openEvents(): Promise<EventStream> {
    const subscriber = new EventSubscriber(this.pubsubEndpoint, ['watcher.']);
    this.#subscribers.push(subscriber);
    const events = subscriber[Symbol.asyncIterator]();
    let isSubscribed = false;
    const first = events.next().then(() => {
      isSubscribed = true;
    });
    while (!isSubscribed) {
      await this.client.call('add', { name: 'first event', cmd: 'true' });
      await this.client.call('rm', { name: 'first event', waiting: true });
      await Promise.race([first, sleep(20)]);
    }
    return events;
  }

  /** Pids of the workers that are there, whatever circusd knows of them; zombies do not show. */
  findWorkers(): number[] {
    return listEntries()
      .map(({ pid }) => pid)
      .filter((pid) => readEnvironment(pid).get(markVariable) === this.#mark);
  }

  /** Ends circusd and all that it started: asks it, then kills each by its pid. */
  async end(): Promise<void> {
    for (const patienceMs of [20_000, 5_000]) {
      if (this.isUp) process.kill(this.pid, 'SIGTERM');
      await waitUntil(
        () => !this.isUp,
        { withinMs: patienceMs },
        () => '',
      ).catch(() => undefined);
    }
    if (this.isUp) process.kill(this.pid, 'SIGKILL');
    for (const pid of this.findWorkers()) killQuietly(pid);
    this.client.close();
    for (const subscriber of this.#subscribers) subscriber.close();
    rmSync(this.#folder, { recursive: true, force: true });
    running.delete(this);
  }

  /** As `end`, for a program that is being ended itself: nothing is asked, nothing waited for. */
  endAtOnce(): void {
    if (this.isUp) process.kill(this.pid, 'SIGKILL');
    for (const pid of this.findWorkers()) killQuietly(pid);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const running = new Set<RunningDaemon>();

/** Starts circusd from `dist` and waits until it answers. */
async function startDaemon(request: DaemonRequest): Promise<RunningDaemon> {
  const folder = mkdtempSync(join(tmpdir(), 'circus-'));
  const mark = randomUUID();
  const ports = await findFreePorts(2);
  const file = join(folder, 'circus.ini');
  writeFileSync(
    file,
    `[circus]
endpoint = tcp://127.0.0.1:${ports[0]}
pubsub_endpoint = tcp://127.0.0.1:${ports[1]}
${request.circus ?? ''}

${request.sections}

[env]
${markVariable} = ${mark}
`,
  );
  const log = join(folder, 'circusd.log');
  const child = spawn(
    process.execPath,
    [...(request.nodeFlags ?? []), 'dist/circusd.cjs', '--log-output', log, file],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const daemon = new RunningDaemon(child, mark, folder, ports);
  if (running.size === 0) endWithUs();
  running.add(daemon);
  try {
    await daemon.client.call('version', {}, { timeoutMs: 10_000 });
    return daemon;
  } catch (error) {
    await daemon.end();
    throw error;
  }
}

/** Calls `use` with a daemon that is ended afterwards, come what may. */
export async function withDaemon<T>(
  request: DaemonRequest,
  use: (daemon: RunningDaemon) => Promise<T>,
): Promise<T> {
  const daemon = await startDaemon(request);
  try {
    return await use(daemon);
  } finally {
    await daemon.end();
  }
}

let isWatching = false;

function endWithUs(): void {
  if (isWatching) return;
  isWatching = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(1));
  }
  process.on('exit', () => {
    for (const daemon of running) daemon.endAtOnce();
  });
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}
