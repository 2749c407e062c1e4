/** What is recorded of the output of a watcher, and what is not. */
import type { WatcherConfig } from '#libs/config';
import type { LogSource } from '#libs/protocol';
import type { OutputStream, StreamName } from '#libs/streams';

const streamNames = ['stdout', 'stderr'] as const;

/** How output is read. */
export interface OutputPath {
  /** Both when the processes write to one file. */
  readonly names: readonly StreamName[];
  readonly kind: LogSource['kind'];
  /** Of a file that processes write to by themselves. */
  readonly path: string | null;
  /** What is not recorded, and why; null: everything is. */
  readonly note: string | null;
}

/** The paths of both outputs; one when the processes write them to one file. */
export function outputPaths(
  config: WatcherConfig,
  streamOf: (name: StreamName) => Pick<OutputStream, 'directPath'> | undefined,
): OutputPath[] {
  const paths = streamNames.map((name) => ({ names: [name], ...pathOf(config, name, streamOf) }));
  const [stdout, stderr] = paths;
  if (stdout === undefined || stdout.path === null || stdout.path !== stderr?.path) return paths;
  const note = `${stdout.note}; stdout and stderr are in one file`;
  return [{ ...stdout, names: streamNames, note }];
}

function pathOf(
  { options }: WatcherConfig,
  name: StreamName,
  streamOf: (name: StreamName) => Pick<OutputStream, 'directPath'> | undefined,
): Omit<OutputPath, 'names'> {
  if (options[`close_child_${name}`]) {
    return { path: null, kind: 'none', note: `close_child_${name}: it goes to /dev/null` };
  }
  const stream = streamOf(name);
  if (stream?.directPath !== undefined) {
    const note = 'pid and time are not recorded: the processes write the file themselves';
    return { path: stream.directPath, kind: 'file', note };
  }
  if (stream !== undefined) return { path: null, kind: 'pipes', note: null };
  if (options.log_ring > 0) {
    return { path: null, kind: 'pipe', note: 'the pid is not recorded: processes share a pipe' };
  }
  return { path: null, kind: 'none', note: "log_ring = 0: it goes to circusd's own output" };
}
