/** circus-plugin: loads a plugin and runs it beside circusd, until it is asked to end. */
import { join } from 'node:path';
import { type Command, CommanderError } from 'commander';
import { isWatcherOption } from '#libs/config';
import { createLogger, type Logger } from '#libs/logging';
import {
  decodePluginConfig,
  listUnknownOptions,
  type PluginClass,
  PluginOptionsError,
  PluginRun,
} from '#libs/plugin';
import { type RunnerFlags, runnerCommand } from './arguments.ts';
import { loadPlugin, PluginLoadError } from './load-plugin.ts';
import { exitCodes } from './manual-tables.ts';

declare const CIRCUS_VERSION: string;

/** How often to look whether circusd is still there. Milliseconds. */
const parentCheckMs = 1_000;

// Node would open its debugger; circusd opens its logs again.
process.on('SIGUSR1', () => undefined);
void main();

async function main(): Promise<void> {
  const command = runnerCommand(CIRCUS_VERSION);
  if (!parse(command)) return;
  const [use] = command.args;
  const flags = command.opts<RunnerFlags>();
  if (flags.check !== undefined) process.exit(await check(flags.check, flags));
  if (use === undefined) {
    process.stdout.write(command.helpInformation());
    return;
  }
  process.exit(await run(use, flags));
}

/** False: help, version or an error was printed, and the exit code is set. */
function parse(command: Command): boolean {
  try {
    command.parse();
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badFlag;
    return false;
  }
}

/** The checks are loaded when somebody asks for them. */
async function check(command: string, flags: RunnerFlags): Promise<number> {
  const { checkPlugin } = await import('./check/check-plugin.ts');
  const isRight = await checkPlugin(command, readConfig(flags), ({ what, problem }) => {
    process.stdout.write(
      problem === undefined ? `ok    ${what}\n` : `WRONG ${what}\n      ${problem}\n`,
    );
  });
  return isRight ? exitCodes.ok : exitCodes.failed;
}

async function run(use: string, flags: RunnerFlags): Promise<number> {
  const section = process.env['CIRCUS_PLUGIN_NAME'];
  const log = openLog(section, flags);
  try {
    if (flags.ssh !== undefined) throw new PluginLoadError('--ssh: is not in this release');
    log.info('Loading the plugin...');
    const Plugin = await loadPlugin(use, join(__dirname, 'plugins'));
    log.info(`Endpoint: '${flags.endpoint}'`);
    log.info(`Pub/sub: '${flags.pubsub}'`);
    const config = readConfig(flags);
    warnOfUnknown(Plugin, config, log);
    const plugin = new PluginRun(Plugin, {
      name: section ?? config['name'] ?? Plugin.name,
      config,
      endpoint: flags.endpoint,
      pubsub_endpoint: flags.pubsub,
      check_delay: flags.checkDelay,
      ssh_server: flags.ssh ?? null,
      log,
    });
    log.info('Starting');
    endWhenAsked(plugin, log);
    if (section !== undefined) endWithCircusd(plugin, log);
    await plugin.run();
    return exitCodes.ok;
  } catch (error) {
    log.error(describe(error));
    return exitCodes.failed;
  } finally {
    await log.close();
  }
}

function openLog(section: string | undefined, { logLevel, logOutput }: RunnerFlags): Logger {
  const name = section === undefined ? 'circus-plugin' : `plugin:${section}`;
  return createLogger({ name, level: logLevel, format: 'human', output: logOutput });
}

function readConfig({ config }: RunnerFlags): Record<string, string> {
  if (config !== undefined) return decodePluginConfig(config);
  const json: unknown = JSON.parse(process.env['CIRCUS_PLUGIN_CONFIG'] ?? '{}');
  return Object.fromEntries(
    Object.entries(Object(json)).map(([key, value]) => [key, String(value)]),
  );
}

/** A section may have options of its watcher too: they are nothing to the plugin, and right. */
function warnOfUnknown(Plugin: PluginClass, config: Record<string, string>, log: Logger): void {
  if (Plugin.options === undefined) return;
  const keys = Object.keys(config).filter((key) => key !== 'name' && !isWatcherOption(key));
  for (const text of listUnknownOptions(Plugin.options, keys)) log.warn(text);
}

function endWhenAsked(plugin: PluginRun, log: Logger): void {
  let isEnding = false;
  const end = (): void => {
    if (isEnding) return;
    isEnding = true;
    log.info('Stopping');
    plugin.stop();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP'] as const) process.on(signal, end);
}

/** A circusd that was killed has left us behind, and the next one starts a plugin of its own. */
function endWithCircusd(plugin: PluginRun, log: Logger): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    log.warn('circusd is gone: Stopping');
    plugin.stop();
  }, parentCheckMs);
  timer.unref();
}

/** A user's mistake is told without a stack trace; a fault of the plugin's own code with one. */
function describe(error: unknown): string {
  if (error instanceof PluginLoadError) return error.message;
  if (!(error instanceof Error)) return String(error);
  // By its name: the plugin has a copy of the class of its own.
  if (error.name === PluginOptionsError.name) return `wrong options: ${error.message}`;
  return error.stack ?? error.message;
}
