/** Becoming a newer circusd: the order in which everything is held, written down and left behind. */
import { closeSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Arbiter, Baggage } from '#libs/arbiter';
import type { Logger } from '#libs/logging';
import { childFileLimit, createMemoryFile, fileLimitVariable, replaceProgram } from '#libs/native';
import { CircusError, type ReplyBody, type UpgradeRequest } from '#libs/protocol';
import type { Endpoints, HeldEndpoints, SavedEndpoints } from './endpoints.ts';
import { askToRehearse } from './rehearsal.ts';
import { type SavedDaemon, writeState } from './saved-state.ts';

/** Tells the new program the descriptor of its state. */
export const stateVariable = 'CIRCUS_UPGRADE_STATE';

/** How long a write that is under way may take: a disk that hangs does not become part of a state. */
const holdMs = 2_000;

/** What an upgrade is made of. */
interface UpgradeParts {
  readonly version: string;
  readonly arbiter: Arbiter;
  readonly endpoints: Endpoints;
  readonly log: Logger;
}

/** Upgrades one daemon, one at a time. */
export class Upgrade {
  readonly #parts: UpgradeParts;
  #isUnderWay = false;

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when the new program has shown that it can; the exchange follows when the reply is out.
   *
   * @throws CircusError `failed`: it cannot; `restarting`: another one is under way
   */
  async begin({ program, patience }: UpgradeRequest): Promise<ReplyBody> {
    if (this.#isUnderWay) {
      throw new CircusError('restarting', 'arbiter is already running upgrade command');
    }
    this.#isUnderWay = true;
    const { arbiter, log } = this.#parts;
    try {
      const argv = wordsOf(program);
      const version = await askToRehearse({
        argv,
        patienceMs: patience * 1_000,
        env: environment(),
        run: (request) => arbiter.runCommand(request),
        describe: (baggage) => this.#describe(baggage, null),
      });
      arbiter.requireUpgradable();
      log.info(`Upgrading to circusd ${version}: ${argv.join(' ')}`);
      const { generation, pid } = arbiter;
      arbiter.upgradeFailure = null;
      setImmediate(() => void this.#exchange(argv));
      return { upgrade: 'started', generation, pid };
    } catch (error) {
      this.#isUnderWay = false;
      log.error(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Ends in the new program, or with everything as it was. */
  async #exchange(argv: readonly string[]): Promise<void> {
    const { arbiter, endpoints, log } = this.#parts;
    let held: HeldEndpoints | undefined;
    try {
      await within(holdMs, arbiter.holdOutput());
      held = await endpoints.hold();
      await log.flush();
      this.#leave(argv, held);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      arbiter.upgradeFailure = `not upgraded: ${reason}`;
      log.error(arbiter.upgradeFailure);
      arbiter.releaseOutput();
      const saved = held === undefined ? undefined : endpoints.handOver(held);
      if (saved !== undefined) await endpoints.openAgain(saved);
      this.#isUnderWay = false;
    }
  }

  /** Nothing happens between the writing and the end of this program. */
  #leave(argv: readonly string[], held: HeldEndpoints): never {
    const { endpoints, arbiter } = this.#parts;
    arbiter.requireUpgradable();
    const saved = endpoints.handOver(held);
    if (saved === undefined) throw new Error('circusd has no endpoints');
    const state = createMemoryFile('circusd-state');
    try {
      const kept = writeState(state, (baggage) => {
        for (const { binding } of [saved.control, saved.events]) {
          if (binding.listener !== null) baggage.keep(binding.listener);
        }
        return this.#describe(baggage, saved);
      });
      const env = { ...environment(), [stateVariable]: String(state) };
      return replaceProgram({ argv, env, keep: [state, ...kept] });
    } finally {
      closeSync(state);
    }
  }

  #describe(baggage: Baggage, endpoints: SavedEndpoints | null): Omit<SavedDaemon, 'descriptors'> {
    const { version, arbiter } = this.#parts;
    return { version, pid: process.pid, arbiter: arbiter.handOver(baggage), endpoints };
  }
}

/** The same arguments as ever. A script is run by the node that runs us, with the same flags. */
function wordsOf(program = process.argv[1] ?? ''): string[] {
  const path = resolve(program);
  const isScript = /\.[cm]?js$/.test(path) || path === process.argv[1];
  const runner = isScript ? [process.execPath, ...process.execArgv] : [];
  return [...runner, path, ...process.argv.slice(2)];
}

function environment(): Record<string, string> {
  const own = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(own),
    [fileLimitVariable]: String(childFileLimit() ?? 'unlimited'),
  };
}

/** @throws Error it takes longer */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`output is not written for ${ms / 1_000} s`)), ms);
  });
  try {
    await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
