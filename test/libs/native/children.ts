/** What the tests of libs/native share: commands that report on themselves, and waiting. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CommandRequest,
  type CommandResult,
  Reaper,
  runCommand,
  SpawnError,
} from '#libs/native';

/** For titles of tests that only root can run; CI has to be root. */
export const asRoot = {
  skip: process.geteuid?.() !== 0 && process.env['CI'] !== 'true' ? 'needs root' : false,
};

function hasCapability(bit: bigint): boolean {
  const match = /^CapEff:\s*(\w+)/m.exec(readFileSync('/proc/thread-self/status', 'latin1'));
  return ((BigInt(`0x${match?.[1] ?? 0}`) >> bit) & 1n) === 1n;
}

/** Whether limits may be raised: root in a container often may not. */
export const canRaiseLimits = hasCapability(24n);

/** An environment in which programs are found. */
export const path = { PATH: process.env['PATH'] ?? '/usr/bin:/bin' };

/** Leaves alone what tests start with node:child_process. */
const reaper = new Reaper('watched');
reaper.start(() => {});

export type Command = Partial<CommandRequest> & { readonly argv: readonly string[] };

export function run(command: Command): Promise<CommandResult> {
  return runCommand(reaper, {
    env: path,
    timeoutMs: 10_000,
    maxOutputBytes: 1_000_000,
    ...command,
  });
}

/** What a command prints; it has to succeed. */
export async function outputOf(command: Command): Promise<string> {
  const result = await run(command);
  assert.deepEqual({ ...result, stdout: '' }, { ...succeeded, stdout: '' }, result.stderr);
  return result.stdout;
}

const succeeded: CommandResult = {
  exitCode: 0,
  signal: null,
  stdout: '',
  stderr: '',
  timedOut: false,
  truncated: false,
  failedBeforeExec: false,
};

/** The lines of a process's own /proc/self/status, by their names. */
export async function statusOf(
  command: Omit<Command, 'argv'> = {},
): Promise<Record<string, string>> {
  const text = await outputOf({ ...command, argv: ['cat', '/proc/self/status'] });
  return Object.fromEntries(
    text.split('\n').map((line) => {
      const [name = '', value = ''] = line.split(':\t');
      return [name, value.trim().replaceAll('\t', ' ')];
    }),
  );
}

/** Expects that nothing is started, and gives the error. */
export async function refusalOf(command: Command): Promise<SpawnError> {
  try {
    const result = await run(command);
    assert.fail(`it ran: ${JSON.stringify(result)}`);
  } catch (error) {
    assert.ok(error instanceof SpawnError, String(error));
    return error;
  }
}

/** Waits for a condition; fails with what `describe` says when 5 s pass. */
export async function until(
  condition: () => boolean,
  describe: () => string,
  timeoutMs = 5000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    assert.ok(performance.now() < deadline, describe());
    await sleep(5);
  }
}
