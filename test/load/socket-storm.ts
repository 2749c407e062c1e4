/**
 * Workers of a managed socket are killed, and restarted, while clients that never try again connect.
 * A failure has to be explained: by a connection that a killed worker had accepted.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Report } from '../chaos/storm.ts';
import { type RunningDaemon, readEntry, waitUntil, withDaemon } from '../daemon/index.ts';
import { Clients } from './clients.ts';
import { heldConnections } from './held-connections.ts';

/** Which storm. */
export interface SocketStormRequest {
  readonly kills: number;
  readonly restarts: number;
  /** Flags of node for circusd. */
  readonly nodeFlags?: readonly string[];
}

const clientCount = 32;
const workerCount = 4;
/** So many answers between two blows, so that every blow meets a load. */
const answersBetween = 200;
const patienceMs = 20_000;

/** Debian's, which is the same everywhere. */
const python = '/usr/bin/python3';

/** Raises it and tells what came of it. */
export async function raiseSocketStorm(request: SocketStormRequest): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'circus-load-'));
  const log = join(folder, 'accepted');
  try {
    const { nodeFlags = [] } = request;
    return await withDaemon({ sections: sectionsWith(log), nodeFlags }, async (daemon) => {
      const killed = await new KillStorm(daemon, log).run(request.kills);
      const restarted = await restartUnderLoad(daemon, request.restarts);
      return {
        violations: [...killed.violations, ...restarted.violations],
        figures: { ...killed.figures, ...restarted.figures },
      };
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function sectionsWith(log: string): string {
  const answer = `${python} ${resolve('test/fixtures/answer.py')}`;
  return `[watcher:plain]
cmd = ${answer} $(circus.sockets.plain) --log ${log}
use_sockets = True
numprocesses = ${workerCount}
; Every death is meant: none is waited after.
backoff_initial = 0
[socket:plain]
host = 127.0.0.1
port = 0

[watcher:graceful]
cmd = ${answer} $(circus.sockets.graceful) --graceful
use_sockets = True
numprocesses = ${workerCount}
[socket:graceful]
host = 127.0.0.1
port = 0
blocking = False
`;
}

/** A worker at the moment of its death. */
interface Victim {
  readonly pid: number;
  readonly atMs: number;
  /** Peer ports of what it had accepted and not answered. */
  readonly held: readonly number[];
}

class KillStorm {
  readonly #daemon: RunningDaemon;
  readonly #log: string;
  readonly #victims: Victim[] = [];

  constructor(daemon: RunningDaemon, log: string) {
    this.#daemon = daemon;
    this.#log = log;
  }

  async run(kills: number): Promise<Report> {
    const clients = new Clients(await portOf(this.#daemon, 'plain'), clientCount);
    let count = 0;
    while (count < kills) {
      await untilAnswered(clients, answersBetween);
      const pids = await pidsOf(this.#daemon, 'plain');
      const pid = pids[count % pids.length];
      if (pid === undefined) throw new Error('no worker is left');
      await this.#kill(pid);
      count += 1;
    }
    await untilAnswered(clients, answersBetween);
    const violations = await endClients(clients);
    return this.#explain(clients, violations);
  }

  /**
   * Stops it first, wherever it is at that moment, to see what it holds: between accept and the line
   * about it the log alone would not tell.
   */
  async #kill(pid: number): Promise<void> {
    process.kill(pid, 'SIGSTOP');
    await waitUntil(
      () => readEntry(pid)?.state === 'T',
      { withinMs: patienceMs, everyMs: 1 },
      () => `${pid} is not stopped`,
    );
    const held = heldConnections(pid);
    const atMs = performance.now();
    process.kill(pid, 'SIGKILL');
    this.#victims.push({ pid, atMs, held });
    let pids: number[] = [];
    await waitUntil(
      async () => {
        pids = await pidsOf(this.#daemon, 'plain');
        return pids.length === workerCount && !pids.includes(pid);
      },
      { withinMs: patienceMs },
      () => `nobody has replaced ${pid}: ${pids}`,
    );
  }

  #explain(clients: Clients, violations: readonly string[]): Report {
    const unexplained = clients.failures.filter(({ localPort, atMs }) => {
      return !this.#victims.some((victim) => {
        return victim.held.includes(localPort) && atMs >= victim.atMs && atMs < victim.atMs + 1_000;
      });
    });
    const held = this.#victims.flatMap(({ held: ports }) => ports).length;
    const printed = this.#countPrinted();
    const refused = clients.countByCode()['ECONNREFUSED'] ?? 0;
    return {
      violations: [
        ...violations,
        ...unexplained.map((failure) => `no killed worker had accepted ${JSON.stringify(failure)}`),
        ...(refused === 0 ? [] : [`${refused} connections were refused`]),
      ],
      figures: {
        kills: this.#victims.length,
        'kills: requests answered': clients.answered,
        'kills: requests failed': clients.failures.length,
        ...prefixed('kills: failed with', clients.countByCode()),
        'kills: ECONNREFUSED': refused,
        'kills: accepted by the killed': held,
        'kills: of these printed': printed,
        'kills: failures of others': unexplained.length,
      },
    };
  }

  /** Of the connections that died with their worker, those about which it had written its last line. */
  #countPrinted(): number {
    const last = new Map<number, number>();
    for (const line of readFileSync(this.#log, 'utf8').split('\n')) {
      const [pid = 0, port = 0] = line.split(' ').map(Number);
      last.set(pid, port);
    }
    return this.#victims.filter(({ pid, held }) => held.includes(last.get(pid) ?? 0)).length;
  }
}

/** Workers that end what they have begun: then a restart may not cost a single request. */
async function restartUnderLoad(daemon: RunningDaemon, restarts: number): Promise<Report> {
  const name = 'graceful';
  const clients = new Clients(await portOf(daemon, name), clientCount);
  const violations: string[] = [];
  for (let count = 0; count < restarts; count += 1) {
    await untilAnswered(clients, answersBetween);
    const before = await pidsOf(daemon, name);
    await daemon.client.call('restart', { name, waiting: true });
    const kept = (await pidsOf(daemon, name)).filter((pid) => before.includes(pid));
    if (kept.length > 0) violations.push(`not restarted: ${kept.join(', ')}`);
  }
  await untilAnswered(clients, answersBetween);
  violations.push(...(await endClients(clients)));
  const failed = clients.failures.length;
  if (failed > 0) violations.push(`${failed} requests failed: ${JSON.stringify(clients.failures)}`);
  return {
    violations,
    figures: {
      restarts,
      'restarts: requests answered': clients.answered,
      'restarts: requests failed': failed,
      ...prefixed('restarts: failed with', clients.countByCode()),
      'restarts: ECONNREFUSED': clients.countByCode()['ECONNREFUSED'] ?? 0,
    },
  };
}

/** Waits until so many more requests have been answered. */
async function untilAnswered(clients: Clients, more: number): Promise<void> {
  const { answered } = clients;
  await waitUntil(
    () => clients.answered >= answered + more,
    { withinMs: patienceMs },
    () => `only ${clients.answered - answered} answers, ${clients.failures.length} failures`,
  );
}

/** What is still open then is answered too; whatever is not is a violation. */
async function endClients(clients: Clients): Promise<string[]> {
  let isOver = false;
  void clients.end().then(() => {
    isOver = true;
  });
  try {
    await waitUntil(
      () => isOver,
      { withinMs: patienceMs },
      () => '',
    );
    return [];
  } catch {
    return [`${clients.open} connections were never answered`];
  }
}

async function pidsOf({ client }: RunningDaemon, name: string): Promise<number[]> {
  return (await client.call('list', { name }))['pids'] as number[];
}

async function portOf({ client }: RunningDaemon, name: string): Promise<number> {
  const { sockets } = await client.call('listsockets');
  const rows = sockets as unknown as { name: string; port: number }[];
  return rows.find((socket) => socket.name === name)?.port ?? 0;
}

function prefixed(words: string, counts: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(counts).map(([code, count]) => [`${words} ${code}`, count]),
  );
}
