/** From a watcher's configuration to a running process. */
import { buildEnvironment, buildWorkerCommand, type WatcherConfig } from '#libs/config';
import {
  type DescriptorMapping,
  type ProcessIdentity,
  resolveGroup,
  resolveUser,
  type SpawnRequest,
  spawnProcess,
  supplementaryGroups,
} from '#libs/native';
import type { OutputDescriptors } from './watcher-outputs.ts';
import type { WorkerSockets } from './worker-sockets.ts';

/** How a process reports about itself. */
export interface Reporting {
  readonly env: Readonly<Record<string, string>>;
  readonly descriptors: readonly DescriptorMapping[];
}

/** What a process is given beside its options. */
export interface WorkerEquipment {
  readonly sockets: WorkerSockets;
  readonly outputs: OutputDescriptors;
  readonly reporting?: Reporting | undefined;
  readonly isEmbedded: boolean;
}

/**
 * Starts one process of a watcher.
 *
 * @throws SpawnError the system refused
 * @throws CircusError the command line cannot be built
 * @throws UnknownAccountError uid or gid names nobody
 */
export function spawnWorker(
  watcher: WatcherConfig,
  { wid, ticket }: { wid: number | string; ticket: number },
  { sockets, outputs, reporting = { env: {}, descriptors: [] }, isEmbedded }: WorkerEquipment,
): ProcessIdentity {
  const own = buildEnvironment(watcher, process.env);
  const env = { ...own, ...sockets.listenEnv, ...reporting.env };
  const { file, argv } = buildWorkerCommand(watcher, { wid, env, sockets: sockets.numbers });
  const { options, rlimits } = watcher;
  const request: SpawnRequest = {
    argv,
    executable: file,
    env,
    stdin: sockets.stdin ?? (options.close_child_stdin ? 'null' : 'inherit'),
    stdout: outputs.stdout ?? (options.close_child_stdout ? 'null' : 'inherit'),
    stderr: outputs.stderr ?? (options.close_child_stderr ? 'null' : 'inherit'),
    descriptors: [...sockets.descriptors, ...reporting.descriptors],
    mark: ticket,
    isEmbedded,
    ...(sockets.listenEnv === undefined ? {} : { pidVariable: 'LISTEN_PID' }),
    rlimits: Object.entries(rlimits).map(([name, value]) => ({ name, value })),
    ...identityOptions(watcher),
    ...(options.umask === null ? {} : { umask: options.umask }),
    ...(options.nice === null ? {} : { nice: options.nice }),
  };
  return spawnProcess(request);
}

/** As whom, and where, a process of a watcher runs. */
export function identityOptions(
  watcher: WatcherConfig,
): Pick<SpawnRequest, 'uid' | 'gid' | 'groups' | 'workingDir'> {
  const { working_dir } = watcher.options;
  return {
    ...credentialsOf(watcher),
    ...(working_dir === null ? {} : { workingDir: working_dir }),
  };
}

/** The user id that the processes of a watcher have. */
export function userOf({ options }: WatcherConfig): number {
  if (options.uid === null) return process.getuid?.() ?? 0;
  return resolveUser(options.uid).uid;
}

/** gid defaults to the user's primary group, and the user brings all its groups (protocol 7.3). */
function credentialsOf({ options }: WatcherConfig): Pick<SpawnRequest, 'uid' | 'gid' | 'groups'> {
  const gid = options.gid === null ? undefined : resolveGroup(options.gid).gid;
  if (options.uid === null) return gid === undefined ? {} : { gid };
  const user = resolveUser(options.uid);
  const groups = supplementaryGroups(user.name, gid ?? user.gid);
  return { uid: user.uid, gid: gid ?? user.gid, groups };
}
