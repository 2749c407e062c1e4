/** From a watcher's configuration to a running process. */
import { buildEnvironment, buildWorkerCommand, type WatcherConfig } from '#libs/config';
import {
  type ProcessIdentity,
  resolveGroup,
  resolveUser,
  type SpawnRequest,
  spawnProcess,
  supplementaryGroups,
} from '#libs/native';
import type { OutputDescriptors } from './watcher-outputs.ts';
import type { WorkerSockets } from './worker-sockets.ts';

/**
 * Starts one process of a watcher.
 *
 * @throws SpawnError the system refused
 * @throws CircusError the command line cannot be built
 * @throws UnknownAccountError uid or gid names nobody
 */
export function spawnWorker(
  watcher: WatcherConfig,
  { wid, ticket }: { wid: number; ticket: number },
  sockets: WorkerSockets,
  outputs: OutputDescriptors,
): ProcessIdentity {
  const env = { ...buildEnvironment(watcher, process.env), ...sockets.listenEnv };
  const { file, argv } = buildWorkerCommand(watcher, { wid, env, sockets: sockets.numbers });
  const { options, rlimits } = watcher;
  const request: SpawnRequest = {
    argv,
    executable: file,
    env,
    stdin: sockets.stdin ?? (options.close_child_stdin ? 'null' : 'inherit'),
    stdout: outputs.stdout ?? (options.close_child_stdout ? 'null' : 'inherit'),
    stderr: outputs.stderr ?? (options.close_child_stderr ? 'null' : 'inherit'),
    descriptors: sockets.descriptors,
    mark: ticket,
    ...(sockets.listenEnv === undefined ? {} : { pidVariable: 'LISTEN_PID' }),
    rlimits: Object.entries(rlimits).map(([name, value]) => ({ name, value })),
    ...credentialsOf(watcher),
    ...(options.working_dir === null ? {} : { workingDir: options.working_dir }),
    ...(options.umask === null ? {} : { umask: options.umask }),
    ...(options.nice === null ? {} : { nice: options.nice }),
  };
  return spawnProcess(request);
}

/** gid defaults to the user's primary group, and the user brings all its groups (protocol 7.3). */
function credentialsOf({ options }: WatcherConfig): Pick<SpawnRequest, 'uid' | 'gid' | 'groups'> {
  const gid = options.gid === null ? undefined : resolveGroup(options.gid).gid;
  if (options.uid === null) return gid === undefined ? {} : { gid };
  const user = resolveUser(options.uid);
  const groups = supplementaryGroups(user.name, gid ?? user.gid);
  return { uid: user.uid, gid: gid ?? user.gid, groups };
}
