/** CommandReloader: restarts a watcher when its program has changed on disk (protocol 5.3). */
import { realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { splitWords } from '#libs/config';
import { defineOptions } from '#libs/options';
import { CircusPlugin } from '#libs/plugin';
import { isJsonObject, type Json, type JsonObject, messageOf } from '#libs/protocol';
import { Loop, loopRate } from '../loop.ts';

const options = defineOptions([loopRate(1)]);

/** The program is the first word of `cmd`; links are followed. One that is not there is left alone. */
export class CommandReloader extends CircusPlugin {
  static readonly classPath = 'circus.plugins.command_reloader.CommandReloader';
  static readonly summary =
    'Restarts a watcher when the program that its `cmd` names has changed on disk.';
  static override readonly options = options;
  readonly #loop = new Loop(this.read_options(options).loop_rate, () => this.#look());
  readonly #seen = new Map<string, string>();

  override handle_init(): void {
    this.#loop.start();
  }

  override handle_recv(): void {}

  override handle_stop(): void {
    this.#loop.stop();
  }

  async #look(): Promise<void> {
    try {
      const { watchers } = await this.call('list');
      const names: readonly Json[] = Array.isArray(watchers) ? watchers : [];
      for (const name of names) await this.#lookAt(String(name));
    } catch (error) {
      this.log.error(`cannot look: ${messageOf(error)}`);
    }
  }

  async #lookAt(name: string): Promise<void> {
    if (name.startsWith('plugin:')) return;
    const { options: given } = await this.call('options', { name });
    const state = isJsonObject(given) ? await describeProgram(given) : undefined;
    if (state === undefined) return;
    const before = this.#seen.get(name);
    this.#seen.set(name, state);
    if (before === undefined || before === state) return;
    this.log.info(`${name} is restarted: its program has changed, ${state}`);
    this.cast('restart', { name });
  }
}

/** Its real path and when it was changed; `undefined` when it cannot be found. */
async function describeProgram(given: JsonObject): Promise<string | undefined> {
  const { cmd, working_dir, env } = given;
  const folder = typeof working_dir === 'string' ? working_dir : '.';
  const path = isJsonObject(env) ? env['PATH'] : undefined;
  for (const candidate of candidates(String(cmd ?? ''), folder, path)) {
    try {
      const file = await realpath(candidate);
      const found = await stat(file);
      if (found.isFile()) return `${file} of ${found.mtime.toISOString()}`;
    } catch {
      // The next place may have it.
    }
  }
  return undefined;
}

function candidates(cmd: string, folder: string, path: Json | undefined): string[] {
  const [program = ''] = firstWords(cmd);
  if (isAbsolute(program)) return [program];
  if (program.includes('/')) return [resolve(folder, program)];
  const places = typeof path === 'string' ? path : (process.env['PATH'] ?? '');
  return places.split(':').map((place) => join(place, program));
}

function firstWords(cmd: string): string[] {
  try {
    return splitWords(cmd);
  } catch {
    return [];
  }
}
