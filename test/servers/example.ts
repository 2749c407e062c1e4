/** Runs an example of examples/sockets under a real circusd, in a copy on ports that are free. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { get, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { findFreePorts } from '../daemon/free-ports.ts';
import { Daemon, hasComponent, Program, programWords, python } from '../system/daemon.ts';
import { findProcess } from '../system/process-table.ts';
import { until } from '../system/until.ts';

/** A server of Debian's that an example runs, by how to see whether it is there. */
const components: Readonly<Record<string, readonly string[]>> = {
  gunicorn: ['gunicorn', '--version'],
  waitress: [python, '-c', 'import waitress'],
  Django: [python, '-c', 'import django'],
  nginx: ['/usr/sbin/nginx', '-v'],
  'redis-server': ['redis-server', '--version'],
  ss: ['ss', '--version'],
};

/** Whether an example can run here; with CI=true it has to. */
export function hasAll(t: TestContext, ...names: string[]): boolean {
  return names.every((name) => {
    const [file = '', ...args] = components[name] ?? [];
    return hasComponent(t, name, spawnSync(file, args).status === 0);
  });
}

/** A running example. */
export class Example {
  readonly daemon: Daemon;
  /** What stands in the place of each port of the files. */
  readonly #ports: ReadonlyMap<number, number>;

  constructor(daemon: Daemon, ports: ReadonlyMap<number, number>) {
    this.daemon = daemon;
    this.#ports = ports;
  }

  /** The port that is used instead of the one in the files. */
  port(written: number): number {
    const port = this.#ports.get(written);
    assert.ok(port, `no file of the example has port ${written}`);
    return port;
  }

  /** The body of an answer with status 200. The connection is closed after it. */
  async fetch(written: number, path = '/'): Promise<string> {
    return await fetchText({ host: '127.0.0.1', port: this.port(written), path });
  }

  /**
   * Asks until all of these processes have answered, or one that each has started: a fresh process
   * takes a moment to serve.
   */
  async untilAllServe(pids: readonly number[], ask: () => Promise<string>): Promise<void> {
    const seen = new Set<number>();
    await until(
      `answers of ${pids.join(', ')}`,
      async () => {
        const pid = pidIn(await ask());
        seen.add(pids.includes(pid) ? pid : (findProcess(pid)?.ppid ?? 0));
        return [...seen];
      },
      () => pids.every((pid) => seen.has(pid)),
      30_000,
    );
  }

  /**
   * What every example has to bear: all processes serve, one is killed and replaced, all are
   * restarted, and the sockets stay what they were. Whoever asks while nobody runs is answered later.
   */
  async checkLife(name: string, ask: () => Promise<string>): Promise<void> {
    const { daemon } = this;
    const { sockets } = await daemon.call('listsockets');
    const first = await daemon.pids(name);
    await this.untilAllServe(first, ask);
    const [victim = 0] = first;
    process.kill(victim, 'SIGKILL');
    const second = await until(
      'another process in its place',
      () => daemon.pids(name),
      (pids) => pids.length === first.length && !pids.includes(victim),
    );
    await this.untilAllServe(second, ask);
    await daemon.call('restart', { name, waiting: true });
    const third = await daemon.pids(name);
    assert.equal(third.length, first.length);
    assert.ok(!third.some((pid) => second.includes(pid)));
    await this.untilAllServe(third, ask);
    await daemon.call('stop', { name, waiting: true });
    const early = [ask(), ask()];
    await daemon.call('start', { name, waiting: true });
    const answers = await Promise.all(early);
    const fourth = await daemon.pids(name);
    for (const answer of answers) assert.ok(!third.includes(pidIn(answer)), answer);
    assert.equal(fourth.length, first.length);
    assert.deepEqual((await daemon.call('listsockets'))['sockets'], sockets);
    // A worker of gunicorn that has only just begun loses the signal to end, without circusd too.
    await this.untilAllServe(fourth, ask);
  }
}

/**
 * Starts circusd with an example's configuration. It is ended after the test.
 *
 * @param sections - to be added to the file
 */
export async function startExample(t: TestContext, file: string, sections = ''): Promise<Example> {
  const folder = mkdtempSync(join(tmpdir(), 'circus-'));
  // nginx's workers have other rights than ours.
  chmodSync(folder, 0o755);
  cpSync('examples/sockets', folder, { recursive: true });
  const ports = await replacePorts(folder);
  const endpoint = `ipc://${folder}/control`;
  const pubsub = `ipc://${folder}/events`;
  const path = join(folder, file);
  const circus = `[circus]\nendpoint = ${endpoint}\npubsub_endpoint = ${pubsub}\n\n`;
  writeFileSync(path, `${circus}${readFileSync(path, 'utf8')}\n${sections}\n`);
  const program = new Program(programWords('circusd', file), { cwd: folder });
  const daemon = new Daemon(folder, program, { endpoint, pubsub });
  t.after(async () => {
    try {
      await daemon.finish();
    } finally {
      // Not earlier: Python writes to it when it imports something.
      rmSync(folder, { recursive: true, force: true });
    }
  });
  await until(
    'circusd has started',
    () => daemon.log.includes('now waiting for commands') || !program.isRunning,
  );
  assert.ok(program.isRunning, daemon.log);
  return new Example(daemon, ports);
}

/** Writes free ports in the place of those in configurations. */
async function replacePorts(folder: string): Promise<Map<number, number>> {
  const pattern = /(?<=port = |--port |listen 127\.0\.0\.1:)\d{4}/g;
  const files = readdirSync(folder)
    .filter((name) => /\.(ini|conf)$/.test(name))
    .map((name) => join(folder, name));
  const texts = new Map(files.map((path) => [path, readFileSync(path, 'utf8')]));
  const written = [...texts.values()].flatMap((text) => text.match(pattern) ?? []);
  const different = [...new Set(written.map(Number))];
  const free = await findFreePorts(different.length);
  const ports = new Map(different.map((port, at) => [port, free[at] ?? 0]));
  for (const [path, text] of texts) {
    writeFileSync(
      path,
      text.replaceAll(pattern, (port) => String(ports.get(Number(port)))),
    );
  }
  return ports;
}

/** The body of an answer with status 200, on a connection of its own. */
export async function fetchText(options: RequestOptions): Promise<string> {
  return await new Promise((resolve, reject) => {
    const request = get({ ...options, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('error', reject).on('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`status ${response.statusCode}: ${text}`));
      });
    });
    request.setTimeout(20_000, () => request.destroy(new Error('no answer within 20 s')));
    request.on('error', reject);
  });
}

/** The process that an answer names. */
export function pidIn(text: string): number {
  const [, pid] = /\bprocess (\d+)/.exec(text) ?? [];
  assert.ok(pid, text);
  return Number(pid);
}
