/**
 * Runs the hooks of watchers, each as a process of its own: a command of the user, or the hook host
 * with a function of the user in it. circusd only waits for how it ends.
 */
import {
  buildEnvironment,
  type HookName,
  parseHook,
  splitWords,
  type WatcherConfig,
} from '#libs/config';
import type { CommandRequest, CommandResult } from '#libs/native';
import {
  CircusError,
  type EventName,
  isJsonObject,
  type JsonObject,
  messageOf,
} from '#libs/protocol';
import type { EventFacts } from '#libs/supervision';
import { epochSeconds } from './clock.ts';
import { HookQueue } from './hook-queue.ts';

/** What a hook is told of what it is asked about. */
export type HookFacts = Readonly<Record<string, number | string | null>>;

/** What hooks need from their owner. */
export interface HookOptions {
  readonly configOf: (key: string) => WatcherConfig;
  readonly runCommand: (request: CommandRequest) => Promise<CommandResult>;
  /** The words that run the hook host; the function's name follows. */
  readonly host: readonly string[];
  /** What hooks are told of circusd: endpoints. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly publish: (watcher: string, event: EventName, facts: EventFacts) => void;
  readonly warn: (text: string) => void;
}

/** Of output, which is the text of an error or figures. */
const maxOutputBytes = 64 * 1024;

/** A command agrees by 0 and refuses by 1, as `test` and `grep` do. */
const refusal = 1;

/** Their errors never keep anything from happening (protocol 6.3). */
const tolerant: ReadonlySet<string> = new Set([
  'before_stop',
  'after_stop',
  'before_signal',
  'after_signal',
]);

/** Hooks of one daemon. */
export class Hooks {
  readonly #options: HookOptions;
  readonly #queue = new HookQueue();

  constructor(options: HookOptions) {
    this.#options = options;
  }

  /** Asks a hook; whether it agrees. What goes wrong is told, and is an answer too. */
  async ask(key: string, hook: HookName, facts: HookFacts): Promise<boolean> {
    const config = this.#options.configOf(key);
    const ignoresErrors =
      tolerant.has(hook) || parseHook(config.hooks[hook] ?? '')?.ignoresErrors === true;
    try {
      const { exitCode } = await this.#run(key, config, hook, facts);
      this.#options.publish(config.name, 'hook_success', { name: hook });
      return exitCode === 0;
    } catch (error) {
      const reason = messageOf(error);
      this.#options.warn(`${hook} of ${config.name} has failed: ${reason}`);
      this.#options.publish(config.name, 'hook_failure', { name: hook, error: reason });
      return ignoresErrors;
    }
  }

  /**
   * Asks extended_stats for the figures of a process.
   *
   * @returns what the hook makes of `stats`; the same when there is none
   * @throws CircusError `failed`: the hook has failed
   */
  async extendStats(key: string, pid: number, stats: JsonObject): Promise<JsonObject> {
    const config = this.#options.configOf(key);
    if (config.hooks['extended_stats'] === undefined) return stats;
    try {
      const facts = { pid, stats: JSON.stringify(stats) };
      const { stdout } = await this.#run(key, config, 'extended_stats', facts);
      const added: unknown = JSON.parse(stdout.trim() || '{}');
      if (!isJsonObject(added)) throw new Error('what it has printed is no JSON object');
      return { ...stats, ...added };
    } catch (error) {
      const reason = messageOf(error);
      throw new CircusError('failed', `extended_stats of ${config.name}: ${reason}`, error);
    }
  }

  /** Resolves when none runs any more. */
  async idle(): Promise<void> {
    await this.#queue.idle();
  }

  async #run(
    key: string,
    config: WatcherConfig,
    hook: HookName,
    facts: HookFacts,
  ): Promise<CommandResult> {
    const argv = this.#wordsOf(config.hooks[hook] ?? '');
    const { working_dir, hook_timeout } = config.options;
    const own = { ...process.env, ...buildEnvironment(config, process.env) };
    const env = { ...own, ...this.#options.environment(), ...variables(config.name, hook, facts) };
    const request: CommandRequest = {
      argv,
      env: Object.fromEntries(
        Object.entries(env).filter((pair): pair is [string, string] => pair[1] !== undefined),
      ),
      timeoutMs: hook_timeout * 1_000,
      maxOutputBytes,
      ...(working_dir === null ? {} : { workingDir: working_dir }),
    };
    const result = await this.#queue.enter(key, () => this.#options.runCommand(request));
    const problem = problemOf(result, hook_timeout);
    if (problem !== undefined) throw new Error(problem);
    return result;
  }

  #wordsOf(text: string): readonly string[] {
    const hook = parseHook(text);
    if (hook?.kind === 'command') return splitWords(hook.target);
    if (hook?.kind === 'function') return [...this.#options.host, hook.target];
    throw new Error(`${text} is none that can be run: write exec:command or ./file.js#function`);
  }
}

/** A watcher's name and what is known, each as CIRCUS_HOOK_... */
function variables(watcher: string, hook: HookName, facts: HookFacts): Record<string, string> {
  const told = { watcher, name: hook, time: epochSeconds(), ...facts };
  const entries = Object.entries(told).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.map(([name, value]) => [`CIRCUS_HOOK_${name.toUpperCase()}`, String(value)]),
  );
}

function problemOf(result: CommandResult, timeout: number): string | undefined {
  const { exitCode, signal, timedOut, stderr } = result;
  if (timedOut) return `it was killed after ${timeout} s (hook_timeout)`;
  if (exitCode === 0 || exitCode === refusal) return undefined;
  const said = stderr.trim().split('\n').at(-1) ?? '';
  const how = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
  return said === '' ? how : `${how}: ${said.slice(0, 500)}`;
}
