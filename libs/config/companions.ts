/**
 * Watchers that circusd makes by itself: programs of ours that `[circus]` asks for. Each is a watcher
 * like any other, with nothing of its own but that its process talks to circusd. A companion more is
 * one row of `companionKinds`.
 */
import { quoteName } from '#libs/options';
import type { JsonObject } from '#libs/protocol';
import type { FaultList } from './fault.ts';
import type { IniSection } from './ini-file.ts';
import { pluginWatcher } from './plugin-watcher.ts';
import type { CircusConfig } from './read-config.ts';
import { emptyWatcher } from './read-watcher.ts';
import type { WatcherConfig } from './watcher-config.ts';
import { applyWatcherOption, checkWatcherOption, requireConsistent } from './watcher-options.ts';

/** What a companion is made from. */
type Asked = Pick<CircusConfig, 'circus' | 'plugins'>;

/** A watcher to be made. */
interface Companion {
  /** Of the watcher; no section may have it too. */
  readonly name: string;
  /** Which of our programs it runs. */
  readonly program: string;
  /** Arguments of the program, without those of logging. */
  readonly args: readonly string[];
  /** Options of the watcher that are not at their default, as `set` takes them. */
  readonly options: JsonObject;
  /** What asks for it, for people: `[circus] statsd`. */
  readonly askedBy: string;
}

/** How circusd runs its companions. */
export interface CompanionHost {
  /** The words that a program of ours is run by: node and a file. */
  readonly commandOf: (program: string) => readonly [executable: string, file: string];
  /** What circusd logs itself, and where; `debug` of `[circus]` makes companions say more. */
  readonly logLevel: string;
  readonly logOutput: string;
}

/** Each gives the companions of a kind; none when nobody asks for it. */
const companionKinds: readonly ((asked: Asked) => readonly Companion[])[] = [
  ({ circus }) => {
    if (!circus.statsd) return [];
    const { endpoint, pubsub_endpoint, stats_endpoint, stats_period } = circus;
    const isSilent = circus.statsd_close_outputs;
    return [
      {
        name: 'circusd-stats',
        program: 'circusd-stats',
        args: [
          ...['--endpoint', endpoint, '--pubsub', pubsub_endpoint, '--statspoint', stats_endpoint],
          ...['--period', String(stats_period)],
        ],
        options: {
          singleton: true,
          use_sockets: true,
          copy_env: true,
          copy_path: true,
          close_child_stdout: isSilent,
          close_child_stderr: isSilent,
        },
        askedBy: '[circus] statsd or stats_endpoint',
      },
    ];
  },
  ({ circus }) => {
    if (!circus.httpd) return [];
    const { endpoint, httpd_host, httpd_port, httpd_users_file } = circus;
    const isSilent = circus.httpd_close_outputs;
    return [
      {
        name: 'circushttpd',
        program: 'circushttpd',
        args: [
          ...['--host', httpd_host, '--port', String(httpd_port), '--endpoint', endpoint],
          ...(httpd_users_file === null ? [] : ['--users-file', httpd_users_file]),
        ],
        options: {
          singleton: true,
          copy_env: true,
          copy_path: true,
          close_child_stdout: isSilent,
          close_child_stderr: isSilent,
        },
        askedBy: '[circus] httpd',
      },
    ];
  },
];

function listCompanions(asked: Asked): Companion[] {
  return companionKinds.flatMap((companionsOf) => companionsOf(asked));
}

/** The configuration with the watchers that it asks for without naming them. */
export function withCompanions(config: CircusConfig, host: CompanionHost): CircusConfig {
  const { circus, plugins } = config;
  const made = listCompanions(config).map((companion) => watcherOf(companion, circus.debug, host));
  const runner = programOf('circus-plugin', circus.debug, host);
  const plugged = plugins.map((plugin) => pluginWatcher(plugin, circus, runner));
  const watchers = [...config.watchers, ...made, ...plugged].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return { ...config, watchers };
}

function watcherOf(
  { name, program, args, options, askedBy }: Companion,
  isDebugging: boolean,
  host: CompanionHost,
): WatcherConfig {
  const run = programOf(program, isDebugging, host);
  const all = { ...run, args: [...run.args, ...args], ...options };
  const config = Object.entries(all).reduce(
    (made, [key, value]) => applyWatcherOption(made, checkWatcherOption(key, value)),
    emptyWatcher(name),
  );
  const origins = Object.fromEntries(Object.keys(all).map((key) => [key, askedBy]));
  return requireConsistent({ ...config, origins });
}

/** The process is named after the program, so that `ps` and `stats` do not show one node beside another. */
function programOf(
  program: string,
  isDebugging: boolean,
  { commandOf, logLevel, logOutput }: CompanionHost,
): { readonly cmd: string; readonly executable: string; readonly args: readonly string[] } {
  const [executable, file] = commandOf(program);
  const args = [file, '--log-level', isDebugging ? 'debug' : logLevel];
  // A syslog that is a file is reached by circusd alone: what goes to its standard error is shown.
  const isReachable = logOutput !== '-' && !logOutput.startsWith('syslog:///');
  if (isReachable) args.push('--log-output', logOutput);
  return { cmd: program, executable, args };
}

/** A section of a watcher that would be the second of its name. */
export function refuseCompanionNames(
  sections: readonly IniSection[],
  asked: Asked,
  found: FaultList,
): void {
  const byName = new Map(listCompanions(asked).map((made) => [made.name.toLowerCase(), made]));
  for (const { name, file, line } of sections) {
    const companion = byName.get(/^watcher:(.*)$/.exec(name)?.[1]?.toLowerCase() ?? '');
    if (companion === undefined) continue;
    const remedy = `rename it, or do not ask for ${quoteName(companion.name)} there`;
    found.fault(
      { file, line, section: name },
      `has the name of a watcher that circusd makes because of ${companion.askedBy}: ${remedy}`,
    );
  }
}
