/** Kills workers with SIGKILL, just-spawned ones among them. */
import { type RunningDaemon, readEntry } from '../daemon/index.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

/** How often the victim is one of the newest. */
const partOfNewest = 0.3;

/** Whoever it kills is a child of circusd at that moment: a pid alone could be anybody's by now. */
export class Killer {
  kills = 0;
  readonly #daemon: RunningDaemon;
  readonly #ledger: Ledger;
  readonly #random: Random;

  constructor(daemon: RunningDaemon, ledger: Ledger, random: Random) {
    this.#daemon = daemon;
    this.#ledger = ledger;
    this.#random = random;
  }

  strike(): void {
    const { newestPids, livePids } = this.#ledger;
    const victim = this.#random.pick(this.#random.chance(partOfNewest) ? newestPids : livePids);
    const entry = victim === undefined ? undefined : readEntry(victim);
    if (entry === undefined || entry.ppid !== this.#daemon.pid || entry.state === 'Z') return;
    process.kill(entry.pid, 'SIGKILL');
    this.kills += 1;
  }
}
