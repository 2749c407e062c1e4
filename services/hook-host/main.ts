/**
 * Calls one JavaScript function that a hook names, and tells by its exit code what it said: circusd
 * runs it as it runs a command, so that no code of a user is ever inside circusd.
 */
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CircusClient, defaultEndpoint } from '#libs/client';
import { type JsonObject, messageOf } from '#libs/protocol';

/** What circusd makes of an exit code (libs/arbiter/hooks.ts). */
const exitCodes = { agreed: 0, refused: 1, failed: 2 } as const;

const prefix = 'CIRCUS_HOOK_';

process.on('SIGUSR1', () => undefined);
// Standard output is the figures of extended_stats.
console.log = console.error;
void main();

async function main(): Promise<void> {
  const client = new CircusClient(process.env['CIRCUS_ENDPOINT'] ?? defaultEndpoint);
  try {
    const hook = await loadFunction(process.argv[2] ?? '');
    const facts = readFacts();
    const said: unknown = await hook({
      ...facts,
      call: (command: string, props?: JsonObject) => client.call(command, props),
      cast: (command: string, props?: JsonObject) => client.cast(command, props),
    });
    if ('stats' in facts) process.stdout.write(JSON.stringify(facts['stats']));
    process.exitCode = said === false ? exitCodes.refused : exitCodes.agreed;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = exitCodes.failed;
  } finally {
    client.close();
  }
}

async function loadFunction(target: string): Promise<(context: object) => unknown> {
  const [file = '', name = 'default'] = target.split('#', 2);
  const exports: Readonly<Record<string, unknown>> = await import(
    pathToFileURL(resolve(file)).href
  );
  const found = exports[name];
  if (typeof found === 'function') return (context) => found(context);
  throw new Error(`${file} exports no function '${name}', but ${Object.keys(exports).join(', ')}`);
}

/** `watcher`, `hook_name`, `time`, and what is known of the process; `stats` is to be changed. */
function readFacts(): Record<string, unknown> {
  const told = Object.entries(process.env).filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(
    told.map(([name, value = '']) => {
      const key = name.slice(prefix.length).toLowerCase();
      if (key === 'stats') return [key, JSON.parse(value)];
      if (key === 'name') return ['hook_name', value];
      return [key, key === 'watcher' ? value : Number(value)];
    }),
  );
}
