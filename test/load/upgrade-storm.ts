/**
 * circusd is upgraded again and again while workers of a managed socket are killed, clients that never
 * try again connect, processes end by themselves and write without a pause. A failure has to be
 * explained by a connection that a killed worker had accepted; nothing else may be lost.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Report } from '../chaos/storm.ts';
import {
  countDescriptors,
  median,
  percentile,
  type RunningDaemon,
  readArguments,
  readEntry,
  readPrivateMb,
  waitUntil,
  withDaemon,
} from '../daemon/index.ts';
import { Arrivals } from './clients.ts';
import { FollowedEvents } from './followed-events.ts';
import { heldConnections } from './held-connections.ts';

/** Which storm. */
export interface UpgradeStormRequest {
  readonly upgrades: number;
  readonly requestsPerSecond?: number;
  readonly killEveryMs?: number;
  /** Flags of node for circusd. */
  readonly nodeFlags?: readonly string[];
}

const webWorkers = 6;
const steadyWorkers = 20;
/** Each ends with its wid as exit code, again and again. */
const enders = 8;
const writers = 3;
const lineBytes = 200;
const patienceMs = 60_000;

/** Debian's, which is the same everywhere. */
const python = '/usr/bin/python3';

/** Raises it and tells what came of it. */
export async function raiseUpgradeStorm(request: UpgradeStormRequest): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'circus-upgrades-'));
  try {
    const { nodeFlags = [] } = request;
    const sections = sectionsIn(folder);
    return await withDaemon({ sections, nodeFlags }, async (daemon) => {
      return await new UpgradeStorm(daemon, folder, request).run();
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sectionsIn(folder: string): string {
  const answer = resolve('test/fixtures/answer.py');
  const write = resolve('test/fixtures/write_until.py');
  const logged = Array.from({ length: writers }, (_, index) => {
    return `[watcher:writer${index}]
cmd = ${python} ${write} ${folder}/over ${lineBytes}
respawn = False
stdout_stream.filename = ${folder}/writer${index}.log
stdout_stream.max_bytes = 2000000
stdout_stream.backup_count = 10000`;
  });
  return `[watcher:web]
cmd = ${python} ${answer} $(circus.sockets.web)
use_sockets = True
numprocesses = ${webWorkers}
; Every death is meant: none is waited after.
backoff_initial = 0
[socket:web]
host = 127.0.0.1
port = 0
[watcher:steady]
cmd = /bin/sleep 1000000
numprocesses = ${steadyWorkers}
[watcher:enders]
cmd = ${python} -c 'import sys,time; time.sleep(0.3 + $(circus.wid) / 40); sys.exit($(circus.wid))'
numprocesses = ${enders}
backoff_initial = 0
${logged.join('\n')}
`;
}

interface Victim {
  readonly atMs: number;
  /** Peer ports of what it had accepted and not answered. */
  readonly held: readonly number[];
}

class UpgradeStorm {
  readonly #daemon: RunningDaemon;
  readonly #folder: string;
  readonly #request: Required<Omit<UpgradeStormRequest, 'nodeFlags'>>;
  readonly #violations: string[] = [];
  readonly #figures: Record<string, number | string> = {};
  readonly #victims: Victim[] = [];
  readonly #struck = new Set<number>();
  readonly #events: FollowedEvents;

  constructor(daemon: RunningDaemon, folder: string, request: UpgradeStormRequest) {
    this.#daemon = daemon;
    this.#folder = folder;
    this.#request = { requestsPerSecond: 500, killEveryMs: 100, ...request };
    this.#events = new FollowedEvents(daemon);
  }

  async run(): Promise<Report> {
    const { client, pid } = this.#daemon;
    await waitUntil(
      async () => (await client.call('list', { name: 'steady' }))['pids'] !== undefined,
      { withinMs: patienceMs },
      () => 'circusd does not start',
    );
    void this.#events.follow();
    await sleep(500);
    const steady = (await client.call('list', { name: 'steady' }))['pids'] as number[];
    const born = describeBirths(steady);
    this.#figures['steady workers, pid:start time'] = born;
    this.#measure('before');
    const clients = new Arrivals(await this.#webPort(), this.#request.requestsPerSecond);
    const gaps = await this.#rage();
    await clients.end();
    this.#explain(clients);
    this.#expect('pids and start times of steady workers', describeBirths(steady), born);
    const now = (await client.call('list', { name: 'steady' }))['pids'] as number[];
    this.#expect('pids of steady workers that circusd has', String(now), String(steady));
    this.#figures['circusd pid'] = pid;
    const version = await client.call('version');
    this.#expect('pid of circusd', version['pid'], pid);
    this.#expect('generation', version['generation'], this.#request.upgrades + 1);
    this.#figures['generation'] = Number(version['generation']);
    this.#figures['control gap median ms'] = Math.round(median(gaps));
    this.#figures['control gap p95 ms'] = Math.round(percentile(gaps, 95));
    this.#figures['control gap max ms'] = Math.round(Math.max(...gaps));
    await this.#checkOutput();
    await this.#checkEvents();
    this.#measure('after');
    return { violations: this.#violations, figures: this.#figures };
  }

  /** Upgrades, with kills all the while; gives the control gap of each. */
  async #rage(): Promise<number[]> {
    const { upgrades, killEveryMs } = this.#request;
    const endProbe = startProbe(this.#daemon.endpoint);
    const killing = setInterval(() => void this.#kill(), killEveryMs);
    const begin = performance.now();
    for (let count = 1; count <= upgrades; count += 1) {
      await this.#upgrade(count + 1);
      // Long enough for a few answers of the new one.
      await sleep(200);
    }
    this.#figures['seconds'] = Math.round((performance.now() - begin) / 1_000);
    clearInterval(killing);
    const { asked, lost, gaps } = await endProbe();
    this.#figures['upgrades'] = upgrades;
    this.#figures['control requests'] = asked;
    this.#figures['control requests without answer'] = lost;
    return gaps;
  }

  async #upgrade(generation: number): Promise<void> {
    const { client } = this.#daemon;
    const reply = await client.call('upgrade', { patience: 30 });
    this.#expect('upgrade', reply['upgrade'], 'started');
    const deadline = performance.now() + patienceMs;
    while (performance.now() < deadline) {
      try {
        const version = await client.call('version', {}, { timeoutMs: 2_000 });
        if (version['generation'] === generation) return;
        const { upgrade_failure: failure } = version;
        if (failure !== undefined) throw new Error(String(failure));
      } catch (error) {
        if (!(error instanceof Error && error.name === 'TimeoutError')) throw error;
      }
      await sleep(5);
    }
    throw new Error(
      `no generation ${generation}:\n${this.#daemon.log
        .split('\n')
        .filter((line) => !/process \[/.test(line))
        .slice(-20)
        .join('\n')}`,
    );
  }

  /** Stops it first, wherever it is at that moment, to see what it holds. */
  async #kill(): Promise<void> {
    const children = readFileSync(
      `/proc/${this.#daemon.pid}/task/${this.#daemon.pid}/children`,
      'utf8',
    );
    const workers = children.split(' ').flatMap((word) => {
      const entry = readEntry(Number(word));
      if (entry === undefined || entry.state === 'Z' || entry.state === 'T') return [];
      return (readArguments(entry.pid)[1] ?? '').endsWith('answer.py') ? [entry] : [];
    });
    // The oldest: the youngest may not have begun to serve.
    const [victim] = workers.sort((a, b) => a.startTime - b.startTime);
    if (victim === undefined || workers.length < webWorkers / 2) return;
    // Two strokes may have chosen the same one.
    if (this.#struck.has(victim.pid)) return;
    this.#struck.add(victim.pid);
    process.kill(victim.pid, 'SIGSTOP');
    await waitUntil(
      () => readEntry(victim.pid)?.state === 'T',
      { withinMs: patienceMs, everyMs: 1 },
      () => `${victim.pid} is not stopped`,
    );
    const held = heldConnections(victim.pid);
    this.#victims.push({ atMs: performance.now(), held });
    process.kill(victim.pid, 'SIGKILL');
  }

  #explain(clients: Arrivals): void {
    const { failures, answered } = clients;
    const unexplained = failures.filter(({ localPort, atMs }) => {
      return !this.#victims.some((victim) => {
        return victim.held.includes(localPort) && atMs >= victim.atMs && atMs < victim.atMs + 2_000;
      });
    });
    for (const failure of unexplained.slice(0, 10)) {
      this.#violations.push(`no killed worker had accepted ${JSON.stringify(failure)}`);
    }
    this.#figures['kills'] = this.#victims.length;
    this.#figures['requests answered'] = answered;
    this.#figures['requests that died with a killed worker'] = failures.length - unexplained.length;
    this.#figures['other requests failed'] = unexplained.length;
  }

  /** What was written is what is in the files, by its sum. */
  async #checkOutput(): Promise<void> {
    writeFileSync(join(this.#folder, 'over'), '');
    let bytes = 0;
    for (let index = 0; index < writers; index += 1) {
      const name = `writer${index}`;
      await waitUntil(
        async () => (await this.#daemon.client.call('status', { name }))['status'] === 'stopped',
        { withinMs: patienceMs },
        () => `${name} has not ended`,
      );
      const written = this.#readLog(`${name}.log`);
      const lines = written.length / lineBytes;
      this.#expect(`sha256 of ${name}`, digest(written), digest(linesOf(lines)));
      bytes += written.length;
    }
    this.#figures['bytes of output'] = bytes;
  }

  #readLog(name: string): Buffer {
    const number = (file: string): number => Number(file.slice(name.length + 1) || 0);
    const files = readdirSync(this.#folder).filter((file) => file.startsWith(name));
    const parts = files.sort((a, b) => number(b) - number(a));
    return Buffer.concat(parts.map((file) => readFileSync(join(this.#folder, file))));
  }

  /** All are there, those of whom the ledger knows are right, and exit codes are those of the dead. */
  async #checkEvents(): Promise<void> {
    await sleep(200);
    await this.#events.catchUp();
    const { ledger, all, replayed, lost } = this.#events;
    this.#violations.push(...ledger.violations);
    if (lost > 0) this.#violations.push(`${lost} events are lost`);
    const reaps = all.filter(({ topic }) => topic === 'watcher.enders.reap');
    const wrong = reaps.filter(({ payload }) => payload['exit_code'] !== payload['wid']);
    for (const { payload } of wrong) {
      this.#violations.push(`a wrong exit code: ${JSON.stringify(payload)}`);
    }
    this.#figures['events'] = all.length;
    this.#figures['events that were asked for again'] = replayed;
    this.#figures['events lost'] = lost;
    this.#figures['exits by themselves'] = reaps.length;
    this.#figures['of these with a wrong exit code'] = wrong.length;
  }

  async #webPort(): Promise<number> {
    const { sockets } = await this.#daemon.client.call('listsockets');
    return (sockets as unknown as { port: number }[])[0]?.port ?? 0;
  }

  #measure(when: 'before' | 'after'): void {
    this.#figures[`descriptors ${when}`] = countDescriptors(this.#daemon.pid);
    this.#figures[`private MB ${when}`] = Number(readPrivateMb(this.#daemon.pid).toFixed(1));
  }

  #expect(what: string, seen: unknown, wanted: unknown): void {
    if (seen !== wanted) this.#violations.push(`${what}: ${seen} instead of ${wanted}`);
  }
}

/** What test/fixtures/gap_probe.py has seen, milliseconds. */
interface ProbeFigures {
  readonly asked: number;
  readonly lost: number;
  readonly gaps: number[];
}

/** A client that is no program of ours, in a process of its own: nothing here holds it up. */
function startProbe(endpoint: string): () => Promise<ProbeFigures> {
  const probe = spawn(python, [resolve('test/fixtures/gap_probe.py'), endpoint], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  probe.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const ended = new Promise((resolve) => probe.once('close', resolve));
  return async () => {
    probe.stdin.end();
    await ended;
    return JSON.parse(text) as ProbeFigures;
  };
}

function describeBirths(pids: readonly number[]): string {
  return pids.map((pid) => `${pid}:${readEntry(pid)?.startTime}`).join(' ');
}

function linesOf(count: number): string {
  const lines = Array.from({ length: count }, (_, number) => {
    return `${`${String(number).padStart(9, '0')} `.padEnd(lineBytes - 1, 'x')}\n`;
  });
  return lines.join('');
}

function digest(data: Buffer | string): string {
  return createHash('sha256').update(data).digest('hex');
}
