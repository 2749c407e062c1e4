/** Runs circus-plugin as a program, against a daemon that knows the protocol and nothing else. */
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import type { ProtocolDaemon } from '../companions/protocol-daemon.ts';
import { Program } from '../system/daemon.ts';
import { until } from '../system/until.ts';

/** Ends it after the test; returns once it is subscribed. */
export async function runPlugin(
  t: TestContext,
  daemon: ProtocolDaemon,
  use: string,
  config: Readonly<Record<string, string | number>> = {},
): Promise<Program> {
  const words = ['--endpoint', daemon.endpoint, '--pubsub', daemon.pubsub, '--log-level', 'debug'];
  const items = Object.entries(config).map(([key, value]) => `${key}:${value}`);
  const runner = [process.execPath, resolve('bin/circus-plugin.js')];
  const program = new Program([...runner, ...words, '--config', items.join(':::'), use]);
  t.after(async () => {
    program.kill('SIGKILL');
    await program.ended;
  });
  await until(`${use} has subscribed`, async () => {
    if (!program.isRunning) throw new Error(`it has ended: ${program.stderr}`);
    return /Starting/.test(program.stderr);
  });
  await daemon.subscribed();
  return program;
}
