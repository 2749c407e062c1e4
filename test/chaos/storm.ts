/** One storm over a circusd of its own, from the start of 200 workers to the end of all. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  countDescriptors,
  percentile,
  type RunningDaemon,
  readPrivateMb,
  waitUntil,
  withDaemon,
} from '../daemon/index.ts';
import { type Census, takeCensus } from './census.ts';
import { Commander } from './commander.ts';
import { Killer } from './killer.ts';
import { Ledger } from './ledger.ts';
import type { Profile } from './profiles.ts';
import { Pulse } from './pulse.ts';
import { Random } from './random.ts';
import { describeWatchers, stormWatchers } from './watchers.ts';

/** A slot that kept dying is filled after its back-off, 30 s at most. */
const recoveryMs = 60_000;
const censusEveryMs = 1_000;

/** What circusd logs of faults of its own; commands that are overtaken are errors, but no fault. */
const fault = /fault in command|action \w+ failed|uncaughtException|unhandledRejection|not sent/;

/** What a storm has shown. */
export interface Report {
  /** What must not be; empty when all is well. */
  readonly violations: readonly string[];
  readonly figures: Readonly<Record<string, number | string>>;
}

/** Which storm. */
export interface StormRequest {
  readonly profile: Profile;
  readonly seed: number;
  readonly seconds: number;
  /** Flags of node for circusd. */
  readonly nodeFlags?: readonly string[];
}

/** Raises a storm and tells what came of it. */
export function raiseStorm(request: StormRequest): Promise<Report> {
  const sections = describeWatchers();
  const nodeFlags = request.nodeFlags ?? [];
  return withDaemon({ sections, nodeFlags, circus: 'check_delay = 5' }, async (daemon) => {
    const storm = new Storm(daemon, request);
    return await storm.run();
  });
}

class Storm {
  readonly #daemon: RunningDaemon;
  readonly #request: StormRequest;
  readonly #ledger = new Ledger();
  readonly #killer: Killer;
  readonly #commander: Commander;
  readonly #random: Random;
  readonly #violations: string[] = [];
  readonly #figures: Record<string, number | string> = {};

  constructor(daemon: RunningDaemon, request: StormRequest) {
    this.#daemon = daemon;
    this.#request = request;
    const { seed } = request;
    // Each draws for itself: how fast one is does not change what another does.
    this.#random = new Random(seed);
    this.#killer = new Killer(daemon, this.#ledger, new Random(seed + 1));
    this.#commander = new Commander(daemon.endpoint, new Random(seed + 2));
  }

  async run(): Promise<Report> {
    const { client } = this.#daemon;
    const following = this.#ledger.follow(await this.#daemon.openEvents());
    for (const { name } of stormWatchers) await client.call('start', { name, waiting: true });
    const pulse = new Pulse(this.#daemon.endpoint);
    await this.#measure('before');
    await this.#rage();
    if (!this.#request.profile.quitsInStorm) await this.#recover();
    await pulse.stop();
    this.#reportLatency(pulse);
    await this.#quit();
    this.#commander.close();
    await Promise.race([following, sleep(500)]);
    this.#ledger.checkEnd();
    return this.#report();
  }

  /** Kills and commands, each at its own pace, until the time is over. */
  async #rage(): Promise<void> {
    const { profile, seconds } = this.#request;
    const timers = [
      setInterval(() => this.#sendCommand(), profile.commandEveryMs),
      setInterval(() => this.#lookAround(), censusEveryMs),
    ];
    if (profile.killEveryMs !== null) {
      timers.push(setInterval(() => this.#killer.strike(), profile.killEveryMs));
    }
    await sleep(seconds * 1_000);
    for (const timer of timers) clearInterval(timer);
  }

  #sendCommand(): void {
    const command = this.#random.pick(this.#request.profile.commands);
    if (command !== undefined) this.#commander.send(command);
  }

  #lookAround(): void {
    const { duplicates } = takeCensus(this.#daemon);
    for (const duplicate of duplicates) this.#violations.push(`two processes are ${duplicate}`);
  }

  /** Every command answered, every place filled, nobody dead and unburied. */
  async #recover(): Promise<void> {
    const end = performance.now();
    await this.#commander.settle();
    for (const { name } of stormWatchers) await this.#daemon.client.call('start', { name });
    let census = takeCensus(this.#daemon);
    const look = (): boolean => {
      census = takeCensus(this.#daemon);
      return this.#isAsWanted(census);
    };
    try {
      await waitUntil(look, { withinMs: recoveryMs, everyMs: 50 }, () => this.#describe(census));
      this.#figures['full strength after ms'] = Math.round(performance.now() - end);
    } catch (error) {
      this.#violations.push(`not all is as wanted: ${error}`);
    }
    await this.#checkCounts();
    await this.#measure('after');
  }

  #isAsWanted({ counts, duplicates, zombies }: Census): boolean {
    const isFull = [...this.#commander.wanted].every(([name, count]) => counts[name] === count);
    return isFull && duplicates.length === 0 && zombies.length === 0;
  }

  #describe(census: Census): string {
    const wanted = Object.fromEntries(this.#commander.wanted);
    return `wanted ${JSON.stringify(wanted)}, seen ${JSON.stringify(census)}`;
  }

  async #checkCounts(): Promise<void> {
    for (const [name, count] of this.#commander.wanted) {
      const { options } = await this.#daemon.client.call('get', { name, keys: ['numprocesses'] });
      const told = JSON.stringify(options);
      if (told !== JSON.stringify({ numprocesses: count })) {
        this.#violations.push(`${name} has ${told}, ${count} was asked for`);
      }
      const { numprocesses } = await this.#daemon.client.call('numprocesses', { name });
      if (numprocesses !== count) {
        this.#violations.push(`numprocesses of ${name} is ${numprocesses}, not ${count}`);
      }
    }
    const { newest } = await this.#daemon.client.call('events', { since: 2 ** 52 });
    await waitUntil(
      () => this.#ledger.lastSeq >= Number(newest),
      { withinMs: 2_000 },
      () => `the last event is ${newest}, the last received ${this.#ledger.lastSeq}`,
    ).catch((error) => this.#violations.push(String(error)));
  }

  async #quit(): Promise<void> {
    const begin = performance.now();
    await this.#daemon.client.call('quit', { waiting: true }).catch((error) => {
      this.#violations.push(`quit: ${error}`);
    });
    const code = await Promise.race([this.#daemon.exit, sleep(20_000, 'no exit')]);
    this.#figures['quit ms'] = Math.round(performance.now() - begin);
    if (code !== 0) this.#violations.push(`circusd has ended with ${code}`);
    const left = this.#daemon.findWorkers();
    if (left.length > 0) this.#violations.push(`left after quit: ${left.join(', ')}`);
    const faults = this.#daemon.log.split('\n').filter((line) => fault.test(line));
    for (const line of faults.slice(0, 5)) this.#violations.push(`circusd has logged: ${line}`);
  }

  async #measure(when: 'before' | 'after'): Promise<void> {
    await sleep(500);
    this.#figures[`descriptors ${when}`] = countDescriptors(this.#daemon.pid);
    this.#figures[`private MB ${when}`] = Number(readPrivateMb(this.#daemon.pid).toFixed(1));
  }

  #reportLatency({ samples, violations }: Pulse): void {
    this.#violations.push(...violations);
    this.#figures['status requests'] = samples.length;
    for (const percent of [50, 99, 100]) {
      this.#figures[`status p${percent} ms`] = Number(percentile(samples, percent).toFixed(2));
    }
  }

  #report(): Report {
    const { profile: _, nodeFlags: __, ...request } = this.#request;
    const figures = {
      ...request,
      kills: this.#killer.kills,
      commands: this.#commander.sent,
      'commands overtaken': this.#commander.refused,
      ...prefixed(this.#ledger.counts),
      'silent reaps': this.#ledger.silentReaps,
      ...this.#figures,
    };
    const violations = [
      ...this.#violations,
      ...this.#ledger.violations,
      ...this.#commander.violations,
    ];
    return { violations, figures };
  }
}

function prefixed(counts: Readonly<Record<string, number>>): Record<string, number> {
  const entries = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([event, count]) => [`events: ${event}`, count]));
}
