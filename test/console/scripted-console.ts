/** A console of the scripted daemon, which knows protocol.md alone. */
import type { TestContext } from 'node:test';
import { ProtocolDaemon, type ScriptedWatcher } from '../companions/protocol-daemon.ts';
import { makeFolder, Program } from '../system/daemon.ts';
import { until, within } from '../system/until.ts';
import { ConsoleProgram } from './console-program.ts';
import { HttpVisitor } from './http-visitor.ts';

export interface ScriptedConsole {
  readonly daemon: ProtocolDaemon;
  readonly console: ConsoleProgram;
  readonly folder: string;
}

/** Starts both, and waits until the console knows the daemon. */
export async function startScripted(
  t: TestContext,
  watchers: Record<string, ScriptedWatcher>,
  flags: readonly string[] = [],
): Promise<ScriptedConsole> {
  const folder = makeFolder(t);
  const daemon = await ProtocolDaemon.start(t, { watchers });
  daemon.answers.set('globaloptions', () => ({ options: { pubsub_endpoint: daemon.pubsub } }));
  daemon.answers.set('version', () => ({ version: '1.2.3' }));
  const console = await ConsoleProgram.start({
    endpoint: daemon.endpoint,
    folder,
    flags,
    launch(words, env) {
      const program = new Program(words, { env: { ...process.env, ...env } });
      t.after(() => endOf(program));
      return program;
    },
  });
  await until('it knows circusd', () => console.log.includes('connected to circusd 1.2.3'));
  return { daemon, console, folder };
}

/** A visitor who signed in by the link, which works once. */
export async function signedIn(console: ConsoleProgram): Promise<HttpVisitor> {
  const visitor = new HttpVisitor(console.url);
  await visitor.signIn({ link: await console.link() });
  return visitor;
}

async function endOf(program: Program): Promise<void> {
  if (program.isRunning) program.kill('SIGTERM');
  await within('circushttpd ends', program.ended, 10_000);
}
