/** A circusd with sockets, and those who connect to them. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type NetConnectOpts } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CircusClient } from '#libs/client';
import type { JsonObject } from '#libs/protocol';
import { until } from './until.ts';

/** The python that every Debian has. */
export const python = '/usr/bin/python3';

/** The path of a fixture. */
export const fixture = (name: string): string => resolve('test/fixtures', name);

/** The command line of a worker that serves the named socket. */
export const serve = (name: string, words = ''): string =>
  `${python} ${fixture('serve.py')} $(circus.sockets.${name}) ${words}`;

/** What serve.py and descriptors.py tell of themselves. */
export interface Report {
  readonly pid: number;
  readonly argv: readonly string[];
  readonly fds: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly blocking: boolean;
}

/** A row of `listsockets`. */
export interface SocketRow {
  readonly fd: number;
  readonly name: string;
  readonly backlog: number;
  readonly host?: string;
  readonly port?: number;
  readonly path?: string;
}

/** A new folder, removed after the test. */
export function makeFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'circus-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** What differs from a plain start. */
export interface DaemonOptions {
  /** Words in front of the program; the program has to become it by exec. */
  readonly launcher?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The folder to use; default a new one. */
  readonly folder?: string;
}

/** A running circusd. */
export class SocketsDaemon {
  readonly folder: string;
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  readonly #client: CircusClient;
  log = '';

  constructor(folder: string, { launcher = [], env = {} }: DaemonOptions) {
    this.folder = folder;
    const words = [process.execPath, resolve('bin/circusd.js'), join(folder, 'circus.ini')];
    const [file = '', ...args] = [...launcher, ...words];
    this.#child = spawn(file, args, {
      cwd: folder,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const output of [this.#child.stdout, this.#child.stderr]) {
      output?.setEncoding('utf8').on('data', (text) => {
        this.log += text;
      });
    }
    this.ended = new Promise((ended) => this.#child.on('exit', (code) => ended(code)));
    this.#client = new CircusClient(`ipc://${folder}/control`, { timeoutMs: 30_000 });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Sends a command and gives the reply; an error of the daemon is thrown. */
  async call(command: string, properties: JsonObject = {}): Promise<JsonObject> {
    return await this.#client.call(command, properties, { timeoutMs: 60_000 });
  }

  /** The reason of a refused command. */
  async refusal(command: string, properties: JsonObject = {}): Promise<string> {
    try {
      await this.call(command, { ...properties, waiting: true });
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    assert.fail(`${command} was not refused`);
  }

  async sockets(): Promise<SocketRow[]> {
    return (await this.call('listsockets'))['sockets'] as unknown as SocketRow[];
  }

  async socket(name: string): Promise<SocketRow> {
    const row = (await this.sockets()).find((socket) => socket.name === name);
    assert.ok(row, `socket ${name}`);
    return row;
  }

  async port(name: string): Promise<number> {
    return (await this.socket(name)).port ?? 0;
  }

  async pids(name: string): Promise<number[]> {
    return (await this.call('list', { name }))['pids'] as number[];
  }

  /** Waits for so many processes of a watcher. */
  async running(name: string, count: number): Promise<number[]> {
    return await until(
      `${count} processes of ${name}`,
      () => this.pids(name),
      ({ length }) => length === count,
    );
  }

  /** Writes another configuration and has it read. */
  async reconfigure(text: string): Promise<JsonObject> {
    writeConfig(this.folder, text);
    return await this.call('reloadconfig', { waiting: true });
  }

  /** Ends it as its user would; gives the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const left = this.isRunning ? childrenOf(this.pid) : [];
    this.#child.kill(signal);
    const late = delay(20_000, undefined, { ref: false }).then(() => {
      this.#child.kill('SIGKILL');
      for (const pid of left) killIfThere(pid);
      throw new Error(`circusd has not ended after ${signal}\n${this.log}`);
    });
    return await Promise.race([this.ended, late]);
  }

  async finish(): Promise<void> {
    this.#client.close();
    if (this.isRunning) await this.stop();
  }
}

function childrenOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  try {
    return readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended meanwhile.
  }
}

/** Writes circus.ini with endpoints in the folder. */
function writeConfig(folder: string, text: string): void {
  const head = `[circus]\nendpoint = ipc://${folder}/control\npubsub_endpoint = ipc://${folder}/events\n`;
  writeFileSync(join(folder, 'circus.ini'), `${head}\n${text}\n`);
}

/** Starts circusd with these sections and waits until all watchers have started. */
export async function startDaemon(
  t: TestContext,
  text: string | ((folder: string) => string),
  options: DaemonOptions = {},
): Promise<SocketsDaemon> {
  const folder = options.folder ?? makeFolder(t);
  writeConfig(folder, typeof text === 'string' ? text : text(folder));
  const daemon = new SocketsDaemon(folder, options);
  t.after(() => daemon.finish());
  await until(
    'circusd has started',
    () => daemon.log.includes('now waiting for commands') || !daemon.isRunning,
  );
  assert.ok(daemon.isRunning, daemon.log);
  return daemon;
}

/** A configuration that circusd refuses: its exit code and what it wrote. */
export async function failToStart(
  t: TestContext,
  text: string | ((folder: string) => string),
  options: DaemonOptions = {},
): Promise<{ code: number | null; log: string; folder: string }> {
  const folder = options.folder ?? makeFolder(t);
  writeConfig(folder, typeof text === 'string' ? text : text(folder));
  const daemon = new SocketsDaemon(folder, options);
  t.after(() => daemon.finish());
  const code = await daemon.ended;
  await delay(30);
  return { code, log: daemon.log, folder };
}

/** Connects, sends a byte, and gives the report that the worker answers with. */
export async function ask(address: number | string): Promise<Report> {
  return JSON.parse(await exchange(addressOf(address))) as Report;
}

function addressOf(address: number | string): NetConnectOpts {
  return typeof address === 'string' ? { path: address } : { host: '127.0.0.1', port: address };
}

/** What one connection without a second attempt brings. @throws Error with `code` */
export async function exchange(options: NetConnectOpts): Promise<string> {
  return await new Promise((resolve, reject) => {
    const socket = connect(options);
    let text = '';
    let localPort = 0;
    socket.setEncoding('utf8');
    socket.on('connect', () => {
      localPort = socket.localPort ?? 0;
      socket.write('x');
    });
    socket.on('data', (chunk) => {
      text += chunk;
    });
    socket.on('error', (error) => reject(Object.assign(error, { localPort })));
    socket.on('end', () => {
      if (text !== '') resolve(text);
      else
        reject(Object.assign(new Error('closed without an answer'), { code: 'EMPTY', localPort }));
    });
  });
}

/** Sends a datagram and gives the report that comes back. */
export async function askByDatagram(port: number): Promise<Report> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((resolve, reject) => {
      socket.on('message', (message) => resolve(JSON.parse(message.toString()) as Report));
      socket.on('error', reject);
      socket.send('x', port, '127.0.0.1');
      setTimeout(() => reject(new Error('no answer to a datagram')), 10_000).unref();
    });
  } finally {
    socket.close();
  }
}

/** Reads a file that descriptors.py has written, once it is there. */
export async function readReport(path: string): Promise<Report> {
  const text = await until(path, () => readIfThere(path));
  return JSON.parse(text) as Report;
}

/** The text of a file; empty when there is none. */
export function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
