/** The arbiter of circusd as a part of another program. */
import { join } from 'node:path';
import { Arbiter as CoreArbiter } from '#libs/arbiter';
import { type CircusConfig, type ConfigChecks, withCompanions } from '#libs/config';
import { resolveGroup, resolveProtocol, resolveUser } from '#libs/native';
import {
  CircusError,
  messageOf,
  type Operation,
  type PublishedEvent,
  type Selection,
} from '#libs/protocol';
import { findStreamProblems } from '#libs/streams';
import type { ArbiterLog } from './log.ts';

declare const CIRCUS_VERSION: string;

/** What a configuration of a program is checked with. */
export const checks: ConfigChecks = {
  user: (name) => problemOf(() => resolveUser(name)),
  group: (name) => problemOf(() => resolveGroup(name)),
  stream: findStreamProblems,
  protocol: (name) => problemOf(() => resolveProtocol(name)),
};

function problemOf(resolve: () => unknown): string | undefined {
  try {
    resolve();
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** Functions that are called before reloads, by the keys of watchers. */
export type ReloadFunctions = Map<string, () => void>;

/** What a core is made from. */
interface EmbeddedCoreOptions {
  readonly config: CircusConfig;
  readonly log: ArbiterLog;
  readonly onEvent: (event: PublishedEvent) => void;
  /** Before every reload, of whatever. */
  readonly beforeReload?: (() => void) | undefined;
  readonly beforeReloadOf: ReloadFunctions;
}

/** Executes commands as that of circusd, whoever sends them, and calls functions before reloads. */
export class EmbeddedCore extends CoreArbiter {
  readonly #options: EmbeddedCoreOptions;

  constructor(options: EmbeddedCoreOptions) {
    const { log, onEvent } = options;
    // What they say goes to the program's own output: `debug` is for more than warnings.
    const host = { commandOf, logLevel: 'warning', logOutput: '-' };
    const config = withCompanions(options.config, host);
    super({
      version: CIRCUS_VERSION,
      config,
      // There is no file to read again.
      reread: () => config,
      log,
      hookHost: commandOf('hook-host'),
      onEvent,
      isEmbedded: true,
    });
    this.#options = options;
  }

  override reload(
    selection: Selection,
    how: { graceful: boolean; sequential: boolean },
  ): Operation {
    const { beforeReload, beforeReloadOf } = this.#options;
    try {
      beforeReload?.();
      for (const key of this.#keysOf(selection)) beforeReloadOf.get(key)?.();
    } catch (error) {
      throw new CircusError('failed', `prereload_fn has failed: ${messageOf(error)}`, error);
    }
    return super.reload(selection, how);
  }

  #keysOf(selection: Selection): readonly string[] {
    if (selection.kind === 'one') return [selection.key];
    if (selection.kind === 'several') return selection.keys;
    return this.watchers().map(({ key }) => key);
  }
}

/** Our programs are bundles that lie beside this one. */
function commandOf(program: string): readonly [executable: string, file: string] {
  return [process.execPath, join(__dirname, `${program}.cjs`)];
}
