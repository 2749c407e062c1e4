/** circus-top: shows what the processes of a circusd use. */
import { CommanderError } from 'commander';
import { EventSubscriber } from '#libs/client';
import { circusGroup, messageOf } from '#libs/protocol';
import { type TopArguments, topCommand } from './arguments.ts';
import { LiveScreen } from './live-screen.ts';
import { printOnce, toJson } from './print-once.ts';
import { StatsModel } from './stats-model.ts';

declare const CIRCUS_VERSION: string;

/** See the manual page. */
const exitCodes = { ok: 0, noData: 1, badFlag: 2 } as const;

/** How long `--once` waits for somebody who publishes. Milliseconds. */
const patienceMs = 10_000;

/** In the first pass that anybody is subscribed to, no share of the processor is known yet. */
const passesToWait = 2;

// Node opens its debugger on SIGUSR1 unless somebody listens.
process.on('SIGUSR1', () => undefined);
void main();

async function main(): Promise<void> {
  const flags = parse();
  if (flags === undefined) return;
  process.stdout.on('error', () => process.exit(exitCodes.ok));
  try {
    if (flags.once || flags.json) await print(flags);
    else watch(flags);
  } catch (error) {
    leave(messageOf(error));
  }
}

/** `undefined`: help, version or an error was printed, and the exit code is set. */
function parse(): TopArguments | undefined {
  try {
    return topCommand(CIRCUS_VERSION).parse().opts<TopArguments>();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.badFlag;
    return undefined;
  }
}

/** A pass ends with what it has to say of circus as a whole, but for sockets. */
async function print({ endpoint, processTimeout, once, json }: TopArguments): Promise<void> {
  const model = new StatsModel(processTimeout * 1_000);
  const subscriber = new EventSubscriber(endpoint, ['stat.']);
  const timer = setTimeout(() => {
    if (model.lastDataAt === undefined)
      leave(`nobody publishes at ${endpoint}: is circusd-stats there?`);
  }, patienceMs);
  let passes = 0;
  for await (const message of subscriber) {
    model.take(message, performance.now());
    if (message.topic !== `stat.${circusGroup}`) continue;
    passes += 1;
    if (json && !once) process.stdout.write(`${JSON.stringify(toJson(model.groups(), now()))}\n`);
    if (once && passes === passesToWait) break;
  }
  clearTimeout(timer);
  const groups = model.groups();
  process.stdout.write(`${json ? JSON.stringify(toJson(groups, now())) : printOnce(groups)}\n`);
}

function watch({ endpoint, processTimeout }: TopArguments): void {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    leave('there is no terminal to show it on: --once prints it');
  }
  const screen = new LiveScreen(endpoint, processTimeout * 1_000, () => process.exit(exitCodes.ok));
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT'] as const) {
    process.once(signal, () => screen.close());
  }
  void screen.run();
}

function now(): number {
  return Date.now() / 1_000;
}

function leave(message: string): never {
  process.stderr.write(`circus-top: ${message}\n`);
  process.exit(exitCodes.noData);
}
