/** `--daemon`: the same program again, in a session of its own and without a terminal. */
import { childFileLimit, fileLimitVariable, spawnProcess } from '#libs/native';

const marker = 'CIRCUS_DAEMONIZED';

/**
 * Starts circusd in the background and tells its pid; `undefined` in the one that was started so,
 * which goes on. Node cannot fork, so the program begins anew.
 */
export function daemonize(): number | undefined {
  if (process.env[marker] !== undefined) {
    delete process.env[marker];
    return undefined;
  }
  const environment = Object.entries(process.env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  const { LISTEN_PID, LISTEN_FDS } = process.env;
  const activated = Number(LISTEN_PID) === process.pid ? Number(LISTEN_FDS) || 0 : 0;
  const { pid } = spawnProcess({
    argv: [process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    env: {
      ...Object.fromEntries(environment),
      [marker]: '1',
      // Our parent's limits tell it; the new circusd has us for a parent, and Node has raised ours.
      [fileLimitVariable]: String(childFileLimit() ?? 'unlimited'),
    },
    stdin: 'null',
    stdout: 'null',
    stderr: 'null',
    // Sockets that we were started with are for the one that stays.
    descriptors: Array.from({ length: activated }, (_, at) => ({ source: at + 3, target: at + 3 })),
    ...(activated > 0 ? { pidVariable: 'LISTEN_PID' } : {}),
  });
  return pid;
}
