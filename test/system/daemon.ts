/**
 * Runs the built circusd and circusctl for tests: on ipc endpoints in a folder of their own, ended by
 * pid whatever becomes of the test. The test program is a subreaper, so that whatever circusd leaves
 * behind is found below it.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { CircusClient, EventSubscriber } from '#libs/client';
import { becomeSubreaper } from '#libs/native';
import type { JsonObject } from '#libs/protocol';
import { findFreePort } from '../daemon/free-ports.ts';
import { commandLine, isRunning, type ProcessLine, runningBelow } from './process-table.ts';
import { until, within } from './until.ts';

/** The python that Debian's packages install modules for. */
export const python = '/usr/bin/python3';

/** How a program ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What a program wrote, and its exit code. */
export interface Outcome extends Ending {
  readonly stdout: string;
  readonly stderr: string;
}

/** An event as the subscriber saw it. */
export interface SeenEvent {
  readonly topic: string;
  readonly watcher: string;
  readonly event: string;
  readonly payload: JsonObject;
}

/** What differs from a circusd with no options at all. */
export interface DaemonOptions {
  /** Further lines of [circus]. */
  readonly circus?: string;
  readonly flags?: readonly string[];
  /** Beyond PATH and the like of the test itself. */
  readonly env?: Readonly<Record<string, string>>;
  /** Words in front of the program; the program has to become it by exec. */
  readonly launcher?: readonly string[];
  /** Subscribe to events before `startDaemon` returns. Default true. */
  readonly listens?: boolean;
  /** The folder to use; default a new one. */
  readonly folder?: string;
}

becomeSubreaper();
process.on('exit', killEverything);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(1));

function killEverything(): void {
  for (const { pid } of runningBelow(process.pid)) killPid(pid);
}

function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** A new folder that everybody may enter, removed after the test. */
export function makeFolder(t: TestContext): string {
  const folder = createFolder();
  t.after(() => removeFolder(folder));
  return folder;
}

function removeFolder(folder: string): void {
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    remove();
  } catch {
    // Hooks run in order: a circusd that was started later still runs, and its workers write here.
    process.once('exit', remove);
  }
}

function createFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-'));
  chmodSync(folder, 0o755);
  // Where workers of any user may write.
  mkdirSync(join(folder, 'out'));
  chmodSync(join(folder, 'out'), 0o777);
  return folder;
}

/** A fixture's path, copied to where every user can read it. */
export function fixture(folder: string, name: string): string {
  const path = join(folder, name);
  cpSync(resolve('test/fixtures', name), path);
  chmodSync(path, 0o755);
  return path;
}

/**
 * Whether a test can run here. With CI=true what it needs has to be there; elsewhere the test is
 * skipped, visibly.
 */
export function hasComponent(t: TestContext, component: string, isThere: boolean): boolean {
  if (isThere) return true;
  assert.notEqual(process.env['CI'], 'true', `${component} is missing`);
  t.skip(`${component} is missing`);
  return false;
}

/** Whether a file can be read. */
export function isReadable(path: string): boolean {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

/** A program under test: its output is kept, its end can be awaited. */
export class Program {
  readonly pid: number;
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  stdout = '';
  stderr = '';

  constructor(
    words: readonly string[],
    options: { env?: NodeJS.ProcessEnv; cwd?: string; stdin?: string } = {},
  ) {
    const [file = '', ...args] = words;
    const { env = process.env, cwd = process.cwd(), stdin } = options;
    this.#child = spawn(file, args, {
      cwd,
      env,
      stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    });
    this.#child.stdin?.end(stdin);
    this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
      this.stdout += text;
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text) => {
      this.stderr += text;
    });
    this.ended = new Promise((ended, failed) => {
      this.#child.on('error', failed);
      // Not `close`: a worker may hold the pipe.
      this.#child.on('exit', (code, signal) => setImmediate(() => ended({ code, signal })));
    });
    this.ended.catch(() => undefined);
    this.pid = this.#child.pid ?? 0;
  }

  /** Reads nothing that it writes until `resumeOutput`. */
  pauseOutput(): void {
    this.#child.stdout?.pause();
  }

  resumeOutput(): void {
    this.#child.stdout?.resume();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }
}

/** Runs a program to its end. */
export async function run(
  words: readonly string[],
  options: { env?: NodeJS.ProcessEnv; cwd?: string; deadlineMs?: number } = {},
): Promise<Outcome> {
  const program = new Program(words, options);
  try {
    const ending = await within(words.join(' '), program.ended, options.deadlineMs ?? 20_000);
    // What was written just before the end may still be in the pipe.
    await new Promise((turn) => setTimeout(turn, 20));
    return { ...ending, stdout: program.stdout, stderr: program.stderr };
  } finally {
    if (program.isRunning) {
      for (const { pid } of runningBelow(program.pid)) killPid(pid);
      program.kill('SIGKILL');
    }
  }
}

/** The words that start a program of ours. */
export function programWords(name: 'circusd' | 'circusctl', ...words: string[]): string[] {
  return [process.execPath, resolve(`bin/${name}.js`), ...words];
}

/** A running circusd. */
export class Daemon {
  readonly folder: string;
  readonly endpoint: string;
  readonly pubsub: string;
  readonly program: Program;
  /** All events since the subscription, in the order they came. */
  readonly events: SeenEvent[] = [];
  readonly #client: CircusClient;
  readonly #companions: Program[] = [];
  #subscriber: EventSubscriber | undefined;
  /** `seq` of the last event that came. */
  #lastSeq = 0;

  constructor(folder: string, program: Program, endpoints: { endpoint: string; pubsub: string }) {
    this.folder = folder;
    this.program = program;
    this.endpoint = endpoints.endpoint;
    this.pubsub = endpoints.pubsub;
    this.#client = new CircusClient(this.endpoint, { timeoutMs: 30_000 });
  }

  get pid(): number {
    return this.program.pid;
  }

  /** What circusd and its workers have written. */
  get log(): string {
    return this.program.stderr;
  }

  /** Runs circusctl with this daemon. */
  async ctl(...words: string[]): Promise<Outcome> {
    return await run(programWords('circusctl', '--endpoint', this.endpoint, ...words), {
      deadlineMs: 60_000,
    });
  }

  /** Starts a program that is killed, at the latest, before this daemon is ended. */
  launch(words: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    const program = new Program(words, { env: { ...process.env, ...env } });
    this.#companions.push(program);
    return program;
  }

  /** Sends a command and gives the reply; an error of the daemon is thrown. */
  async call(
    command: string,
    properties: JsonObject = {},
    timeoutMs = 30_000,
  ): Promise<JsonObject> {
    return await this.#client.call(command, properties, { timeoutMs });
  }

  async cast(command: string, properties: JsonObject = {}): Promise<void> {
    await this.#client.cast(command, properties);
  }

  /** The pids of a watcher, as `list` tells them. */
  async pids(name: string): Promise<number[]> {
    const { pids } = await this.call('list', { name });
    return pids as number[];
  }

  /** The state of a watcher. */
  async status(name: string): Promise<string> {
    return String((await this.call('status', { name }))['status']);
  }

  /** Waits for so many processes of an active watcher. */
  async running(name: string, count: number): Promise<number[]> {
    await until(
      `${name} is active`,
      () => this.status(name),
      (status) => status === 'active',
    );
    return await until(
      `${count} processes of ${name}`,
      () => this.pids(name),
      ({ length }) => length === count,
    );
  }

  /** `watcher.event` of what was seen, from the given event on. */
  names(from = 0, watcher?: string): string[] {
    return this.seen(from, watcher).map(({ event }) => event);
  }

  /** Events that were seen, of one watcher when named. */
  seen(from = 0, watcher?: string): SeenEvent[] {
    return this.events
      .slice(from)
      .filter((event) => watcher === undefined || event.watcher === watcher);
  }

  /** Waits for an event of a watcher. */
  async awaitEvent(watcher: string, name: string, from = 0): Promise<SeenEvent> {
    const found = await until(
      `event ${name} of ${watcher}`,
      () => this.events.slice(from),
      (events) => events.some((event) => event.watcher === watcher && event.event === name),
    );
    const event = found.find((one) => one.watcher === watcher && one.event === name);
    assert.ok(event);
    return event;
  }

  /** Every event that circusd holds, from its first. */
  async replay(properties: JsonObject = {}): Promise<JsonObject[]> {
    return (await this.call('events', properties))['events'] as unknown as JsonObject[];
  }

  /**
   * Subscribes to events, and returns once they are known to arrive: a watcher is added and removed
   * until one is seen.
   */
  async listen(): Promise<void> {
    this.#subscriber = new EventSubscriber(this.pubsub);
    void this.#record(this.#subscriber);
    await until(
      'events arrive',
      async () => {
        await this.call('add', { name: 'probe', cmd: 'true' });
        await this.call('rm', { name: 'probe', waiting: true });
        return this.#lastSeq;
      },
      (seq) => seq > 0,
    );
    await this.caughtUp();
  }

  /**
   * As `listen`, after the events of the start-up, so that a test sees only what it causes. A start-up
   * that takes long, or that is logged elsewhere, is not waited for.
   */
  async listenOnceStarted(): Promise<void> {
    const hasStarted = (): boolean => this.log.includes('now waiting for commands');
    await until('circusd has started', hasStarted, Boolean, 1_000).catch(() => undefined);
    await this.listen();
  }

  async #record(subscriber: EventSubscriber): Promise<void> {
    for await (const { topic, payload } of subscriber) {
      this.#lastSeq = Number(payload['seq']);
      const [, watcher = '', event = ''] = /^watcher\.(.+)\.([^.]+)$/.exec(topic) ?? [];
      if (watcher !== 'probe') this.events.push({ topic, watcher, event, payload });
    }
  }

  /** Waits until all events that were published so far are in `events`. */
  async caughtUp(): Promise<void> {
    const { newest } = await this.call('events', { since: 1_000_000 });
    await until(
      `event ${newest} arrives`,
      () => this.#lastSeq,
      (seq) => seq >= Number(newest),
    );
  }

  /** Ends circusd as its user would, and says how it ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM', deadlineMs = 20_000): Promise<Ending> {
    this.program.kill(signal);
    return await within(`circusd ends after ${signal}`, this.program.ended, deadlineMs);
  }

  /** Closes the sockets of the test, ends circusd, and makes sure that nothing is left. */
  async finish(): Promise<void> {
    this.#client.close();
    this.#subscriber?.close();
    for (const companion of this.#companions) companion.kill('SIGKILL');
    try {
      if (this.program.isRunning) await this.stop();
    } catch (error) {
      // It first, or it starts others.
      killPid(this.pid);
      await this.program.ended;
      killEverything();
      throw new Error(`${error instanceof Error ? error.message : error}\n${this.log}`);
    }
    await assertNothingLeft();
  }
}

/** What the test has started and has not ended is killed, and is a failure. */
export async function assertNothingLeft(): Promise<void> {
  const left = (): ProcessLine[] => runningBelow(process.pid);
  try {
    await until('nothing is left', left, ({ length }) => length === 0, 2_000);
  } catch {
    const leftover = left().map((line) => ({ ...line, command: commandLine(line.pid) }));
    killEverything();
    assert.deepEqual(leftover, []);
  }
}

/** Text of a configuration with endpoints in the folder. */
export function configText(folder: string, watchers: string, circus = ''): string {
  return `[circus]
endpoint = ipc://${folder}/control
pubsub_endpoint = ipc://${folder}/events
log_endpoint = ipc://${folder}/logs
check_delay = 0.5
${circus}

${watchers}
`;
}

/** Starts circusd with these watchers and waits until it serves. It is ended after the test. */
export async function startDaemon(
  t: TestContext,
  watchers: string,
  options: DaemonOptions = {},
): Promise<Daemon> {
  const folder = options.folder ?? createFolder();
  const { circus = '', flags = [], env = {}, launcher = [], listens = true } = options;
  writeFileSync(join(folder, 'circus.ini'), configText(folder, watchers, circus));
  const words = programWords('circusd', ...flags, join(folder, 'circus.ini'));
  const program = new Program([...launcher, ...words], {
    env: { ...process.env, ...env },
    cwd: folder,
  });
  const endpoints = { endpoint: `ipc://${folder}/control`, pubsub: `ipc://${folder}/events` };
  const daemon = new Daemon(folder, program, endpoints);
  // Hooks run in order, and workers write into the folder until they have ended.
  t.after(() => daemon.finish());
  if (options.folder === undefined) t.after(() => removeFolder(folder));
  try {
    await until(
      'circusd serves',
      () => {
        if (!program.isRunning) throw new Error('circusd has ended');
        return daemon.call('numwatchers', {}, 200);
      },
      Boolean,
      20_000,
    );
    if (listens) await daemon.listenOnceStarted();
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : error}\n${program.stderr}`);
  }
  return daemon;
}

/** Reads what a worker has reported, once it is there. */
export async function readReport(folder: string, name: string): Promise<Report> {
  const path = join(folder, 'out', `${name}.json`);
  return await until(`report ${name}`, () =>
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Report) : undefined,
  ).then((report) => report as Report);
}

/** Lines that workers have written to a file in `out`; none when there is no file. */
export function readLines(folder: string, name: string): string[] {
  const path = join(folder, 'out', name);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

/** Names of the files that workers have written. */
export function outFiles(folder: string): string[] {
  return readdirSync(join(folder, 'out')).sort();
}

/** What test/fixtures/report.py tells of itself. */
export interface Report {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly executable: string;
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly uids: readonly number[];
  readonly gids: readonly number[];
  readonly groups: readonly number[];
  readonly umask: number;
  readonly nice: number;
  readonly sid: number;
  readonly pgid: number;
  /** What each open descriptor leads to. */
  readonly fds: Readonly<Record<string, string>>;
  /** Soft and hard; null is unlimited. */
  readonly limits: Readonly<Record<string, readonly [number | null, number | null]>>;
  readonly blocked: string;
  readonly ignored: string;
}

export { findFreePort, isRunning };
