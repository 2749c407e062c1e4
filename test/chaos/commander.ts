/** Sends commands without waiting for one another, and keeps account of their answers. */
import { CircusClient, ReplyError } from '#libs/client';
import type { JsonObject } from '#libs/protocol';
import type { StormCommand } from './profiles.ts';
import type { Random } from './random.ts';
import { stormWatchers } from './watchers.ts';

/** A waiting command is answered when its work is done; in a storm that may take its time. */
const patienceMs = 60_000;

/** Fewer would leave nothing to kill, more would make the machine the test's subject. */
const fewest = 20;
const most = 60;

/** One client of the storm. */
export class Commander {
  readonly violations: string[] = [];
  /** Wanted numbers of processes, by watcher, as the answers leave them. */
  readonly wanted = new Map(stormWatchers.map(({ name, numprocesses }) => [name, numprocesses]));
  sent = 0;
  /** Answers that said no: what was asked for was overtaken by another command. */
  refused = 0;
  readonly #client: CircusClient;
  readonly #random: Random;
  readonly #open = new Set<Promise<void>>();

  constructor(endpoint: string, random: Random) {
    this.#client = new CircusClient(endpoint, { timeoutMs: patienceMs });
    this.#random = random;
  }

  /** Sends one command to a watcher of its choice. */
  send(command: StormCommand): void {
    const name = this.#random.pick(stormWatchers)?.name ?? '';
    const [word, properties] = this.#phrase(command, name);
    const waiting = this.#random.chance(0.3);
    this.sent += 1;
    const answer = this.#call(word, { name, waiting, ...properties });
    this.#open.add(answer);
    void answer.finally(() => this.#open.delete(answer));
  }

  /** Resolves when every command has its answer. */
  async settle(): Promise<void> {
    await Promise.all(this.#open);
  }

  close(): void {
    this.#client.close();
  }

  async #call(command: string, properties: JsonObject): Promise<void> {
    try {
      const { numprocesses } = await this.#client.call(command, properties);
      if (typeof numprocesses === 'number' && numprocesses < 0) {
        this.violations.push(`${command} wants ${numprocesses} processes`);
      }
    } catch (error) {
      const text = `${command} ${JSON.stringify(properties)}: ${error}`;
      if (error instanceof ReplyError && error.errno === 6) this.refused += 1;
      else this.violations.push(text);
    }
  }

  #phrase(command: StormCommand, name: string): readonly [string, JsonObject] {
    switch (command) {
      case 'reload':
        return ['reload', {}];
      case 'sequential_reload':
        return ['reload', { sequential: true }];
      case 'terminating_reload':
        return ['reload', { graceful: false }];
      case 'set':
        return ['set', { options: { graceful_timeout: 4 + this.#random.below(3) } }];
      case 'set_umask':
        return ['set', { options: { umask: this.#random.pick(['22', '27']) ?? '22' } }];
      case 'incr':
        return ['incr', { nb: this.#change(name, 1) }];
      case 'decr':
        return ['decr', { nb: this.#change(name, -1) }];
      case 'kill':
        return ['kill', { graceful_timeout: 2 }];
      case 'restart':
      case 'stop':
      case 'start':
      case 'reset':
        return [command, {}];
      default:
        return command satisfies never;
    }
  }

  /** How many more, or fewer with -1; commands of one client are carried out in their order. */
  #change(name: string, sign: 1 | -1): number {
    const before = this.wanted.get(name) ?? 0;
    const after = before + sign * this.#random.below(5);
    const kept = Math.min(most, Math.max(fewest, after));
    this.wanted.set(name, kept);
    return Math.abs(kept - before);
  }
}
