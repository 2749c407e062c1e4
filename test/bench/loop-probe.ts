/** How long circusd's event loop is kept from everything else, seen from inside it. */
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningDaemon, waitUntil } from '../daemon/index.ts';

/** Runs inside circusd, in front of it: SIGWINCH writes what was measured and begins anew. */
const probe = `
const { monitorEventLoopDelay } = require('node:perf_hooks');
const { renameSync, writeFileSync } = require('node:fs');
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('SIGWINCH', () => {
  const file = __filename + '.delays';
  writeFileSync(file + '.new', JSON.stringify({ max: delay.max / 1e6, p99: delay.percentile(99) / 1e6 }));
  renameSync(file + '.new', file);
  delay.reset();
});`;

/** Milliseconds. */
export interface LoopDelays {
  readonly max: number;
  readonly p99: number;
}

/** A probe for a daemon that is started with its flags. */
export class LoopProbe {
  readonly nodeFlags: readonly string[];
  readonly #file: string;

  constructor(folder: string) {
    this.#file = join(folder, 'probe.cjs');
    writeFileSync(this.#file, probe);
    this.nodeFlags = ['--require', this.#file];
  }

  /** Since the last call. */
  async read(daemon: RunningDaemon): Promise<LoopDelays> {
    const file = `${this.#file}.delays`;
    rmSync(file, { force: true });
    process.kill(daemon.pid, 'SIGWINCH');
    let delays: LoopDelays = { max: Number.NaN, p99: Number.NaN };
    const look = (): boolean => {
      try {
        delays = JSON.parse(readFileSync(file, 'utf8'));
        return true;
      } catch {
        return false;
      }
    };
    await waitUntil(look, { withinMs: 5_000, everyMs: 2 }, () => 'circusd has written no delay');
    return delays;
  }
}
