/** Starts programs for the tests of the examples, and ends each whatever becomes of its test. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

const deadlineMs = 15_000;

/** A copy of the examples whose circusd listens in the copy's own folder. */
export interface ExamplesCopy {
  readonly folder: string;
  readonly endpoint: string;
  readonly pubsubEndpoint: string;
  /** Of the examples that publish statistics. */
  readonly statsEndpoint: string;
}

/** Copies the examples to a new folder; `runCircusd` there removes it in the end. */
export function copyExamples(): ExamplesCopy {
  const folder = mkdtempSync(join(tmpdir(), 'circus-examples-'));
  cpSync('examples', folder, { recursive: true });
  const endpoint = `ipc://${folder}/control`;
  const pubsubEndpoint = `ipc://${folder}/events`;
  const statsEndpoint = `ipc://${folder}/stats`;
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.ini'))) {
    const path = join(folder, file);
    const lines = readFileSync(path, 'utf8')
      .replace(/^(pubsub_)?endpoint = .*\n/gm, '')
      .replace(/^stats_endpoint = .*$/gm, `stats_endpoint = ${statsEndpoint}`)
      .replace(/^httpd_port = .*$/gm, 'httpd_port = 0')
      .replace('[circus]', `[circus]\nendpoint = ${endpoint}\npubsub_endpoint = ${pubsubEndpoint}`);
    writeFileSync(path, lines);
  }
  return { folder, endpoint, pubsubEndpoint, statsEndpoint };
}

/** A program under test. */
export class Program {
  readonly pid: number;
  /** Its exit code; `null` when a signal ended it. */
  readonly ended: Promise<number | null>;
  readonly #child: ChildProcess;
  /** What it wrote, standard output and standard error together. */
  output = '';

  constructor(t: TestContext, words: readonly string[], cwd = '.') {
    const [file = '', ...args] = words;
    const child = spawn(file, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.pid = child.pid ?? 0;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
      });
    }
    this.ended = new Promise((settle, fail) => {
      child.once('close', settle);
      child.once('error', fail);
    });
    this.ended.catch(() => undefined);
    t.after(() => this.#end());
  }

  /** Asks it to end; its exit code. */
  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return await within(this.ended, () => `${this.pid} did not end\n${this.output}`);
  }

  /** Twice nicely, for circusd would leave its workers behind; then for good. */
  async #end(): Promise<void> {
    for (const signal of ['SIGTERM', 'SIGTERM', 'SIGKILL'] as const) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
      this.#child.kill(signal);
      await Promise.race([
        this.ended.catch(() => undefined),
        sleep(3_000, undefined, { ref: false }),
      ]);
    }
  }
}

/** Runs circusd as a user would who has gone to the folder, which is removed when it has ended. */
export function runCircusd(t: TestContext, file: string, folder: string): Program {
  const circusd = new Program(t, [process.execPath, resolve('bin/circusd.js'), file], folder);
  // Hooks run in order, and circusd and circusd-stats make files in the folder as long as they run.
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return circusd;
}

/** Waits until `isTrue`; fails with what was seen instead. */
export async function until(isTrue: () => boolean, seen: () => string): Promise<void> {
  const end = performance.now() + deadlineMs;
  while (!isTrue()) {
    assert.ok(performance.now() < end, `waited in vain; seen:\n${seen()}`);
    await sleep(20);
  }
}

/** The promise's value, or a failure that tells what was seen. */
async function within<T>(promise: Promise<T>, seen: () => string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`too late; seen:\n${seen()}`)), deadlineMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
