/** Kills workers with SIGKILL, just-spawned ones among them. */
import { type RunningDaemon, readEntry } from '../daemon/index.ts';
import type { Ledger } from './ledger.ts';
import type { Random } from './random.ts';

/** How often the victim is one of the newest. */
const partOfNewest = 0.3;

/** With so many dead ones in a row there is hardly anybody alive. */
const maxAttempts = 20;

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

  /** Kills one worker. One that is dead already, of the newest often, is passed over for another. */
  strike(): void {
    const { newestPids, livePids } = this.#ledger;
    let candidates = this.#random.chance(partOfNewest) ? newestPids : livePids;
    for (let attempt = 0; attempt < maxAttempts; attempt += 1) {
      if (this.#killIfAlive(this.#random.pick(candidates))) return;
      candidates = livePids;
    }
  }

  #killIfAlive(victim: number | undefined): boolean {
    const entry = victim === undefined ? undefined : readEntry(victim);
    if (entry === undefined || entry.ppid !== this.#daemon.pid || entry.state === 'Z') return false;
    process.kill(entry.pid, 'SIGKILL');
    this.kills += 1;
    return true;
  }
}
