/** What circusd promises of watchers, in a few lines that know nothing of how it keeps it. */

/** What the world should look like. */
export interface ModelWatcher {
  readonly name: string;
  wanted: number;
  isActive: boolean;
}

/** A command as it goes over the wire. */
export interface Step {
  readonly command: string;
  readonly properties: {
    readonly [key: string]: string | number | boolean | { numprocesses: number };
  };
  /** Whether the daemon is to refuse it. */
  readonly isRefused: boolean;
  /** Nothing may follow before it is done. */
  readonly isAwaited?: true;
}

/** Chance, as the test has it. */
interface Chance {
  below(below: number): number;
  happens(percent: number): boolean;
  pick<T>(items: readonly T[]): T;
}

const names = ['a1', 'a2', 'b1', 'b2'];
const most = 4;

/** Draws commands, and knows what has to be true when all of them are done. */
export class Model {
  readonly watchers = new Map<string, ModelWatcher>();
  readonly #chance: Chance;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** The next command; the model is then as it has to be once the command is done. */
  draw(): Step {
    const chance = this.#chance;
    const draws = [
      this.#add,
      this.#rm,
      this.#count,
      this.#count,
      this.#set,
      this.#pass,
      this.#pass,
    ];
    const draw = chance.happens(55) ? this.#act : chance.pick(draws);
    return draw.call(this);
  }

  #act(): Step {
    const chance = this.#chance;
    const command = chance.pick(['start', 'stop', 'restart', 'reload', 'start']);
    const isPattern = command !== 'reload' && chance.happens(40);
    const name = isPattern ? chance.pick(['a*', 'b?', '*', 'c*']) : chance.pick(names);
    const meant = [...this.watchers.values()].filter((watcher) => matches(watcher.name, name));
    for (const watcher of meant) watcher.isActive = command !== 'stop';
    const how =
      command === 'reload' ? { graceful: chance.happens(70), sequential: chance.happens(30) } : {};
    return this.#step(command, { name, ...how }, meant.length === 0);
  }

  #add(): Step {
    const name = this.#chance.pick(names);
    const start = this.#chance.happens(70);
    const isRefused = this.watchers.has(name);
    const wanted = 1 + this.#chance.below(most);
    if (!isRefused) this.watchers.set(name, { name, wanted, isActive: start });
    const options = { numprocesses: wanted };
    return this.#step('add', { name, cmd: 'sleep 600', start, options }, isRefused);
  }

  #rm(): Step {
    const name = this.#chance.pick(names);
    const step = this.#step('rm', { name }, !this.watchers.delete(name));
    // Until its last process has ended it is still there: whether a next command meets it is chance.
    return { ...step, properties: { ...step.properties, waiting: true }, isAwaited: true };
  }

  /** Never to 0: a start of no processes ends in stopped, and a later incr may come before or after. */
  #count(): Step {
    const name = this.#chance.pick(names);
    const watcher = this.watchers.get(name) ?? { wanted: 2 };
    const nb = watcher.wanted === 1 ? 1 : 1 + this.#chance.below(watcher.wanted - 1);
    const shrinks = watcher.wanted > 1 && (watcher.wanted + nb > most || this.#chance.happens(50));
    watcher.wanted += shrinks ? -nb : nb;
    return this.#step(shrinks ? 'decr' : 'incr', { name, nb }, !this.watchers.has(name));
  }

  #set(): Step {
    const name = this.#chance.pick(names);
    const watcher = this.watchers.get(name);
    const numprocesses = 1 + this.#chance.below(most);
    if (watcher !== undefined) watcher.wanted = numprocesses;
    return this.#step('set', { name, options: { numprocesses } }, watcher === undefined);
  }

  /** Commands that leave what is wanted as it is: processes that die of them are replaced. */
  #pass(): Step {
    const name = this.#chance.pick(names);
    const isRefused = !this.watchers.has(name);
    switch (this.#chance.below(3)) {
      case 0:
        return this.#step('kill', { name, graceful_timeout: 1 }, isRefused);
      case 1:
        return this.#step(
          'signal',
          { name, signum: this.#chance.pick(['TERM', 'KILL']) },
          isRefused,
        );
      default:
        return this.#step('reset', { name }, isRefused);
    }
  }

  #step(command: string, properties: Step['properties'], isRefused: boolean): Step {
    const waiting = this.#chance.happens(40);
    return { command, properties: { ...properties, waiting }, isRefused };
  }
}

function matches(name: string, pattern: string): boolean {
  if (pattern === '*') return true;
  return pattern.length === 2 && /[*?]$/.test(pattern)
    ? name.startsWith(pattern.charAt(0))
    : name === pattern;
}
