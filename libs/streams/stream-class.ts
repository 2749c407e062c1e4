/** What a stream class is: one object in a file of catalog/ and one row of catalog.ts. */
import type { OptionTable, OptionValues } from '#libs/options';
import type { LogFiles } from './log-files.ts';
import type { HostStarter } from './stream-host.ts';

/** One output of the processes. */
export type StreamName = 'stdout' | 'stderr';

/** Output of one process. */
export interface Chunk {
  /** Whole lines but at the end, or when a line is long or late. Valid during the call alone. */
  readonly data: Buffer;
  readonly pid: number;
  readonly wid: number;
}

/** Where bytes go. Only one write is under way at a time. */
export interface Sink {
  /** For reports: a path, or `standard output`. */
  readonly name: string;
  /**
   * Writes from the start as much as it can, at least one byte; resolves to how many.
   *
   * @throws Error with the `code` of the system; EAGAIN means that nobody takes it just now
   */
  write(data: Buffer): Promise<number>;
  /** Opens a file by its name again before the next write. */
  reopen?(): void;
  /** May be written to again: then it opens again. */
  close(): Promise<void>;
}

/** How classes of the user are run. */
export interface StreamHosts {
  readonly start: HostStarter;
  /** The words that run a JavaScript class; file and class follow. */
  readonly runner: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What a class is told of its place. */
export interface StreamContext {
  readonly watcher: string;
  readonly stream: StreamName;
  readonly files: LogFiles;
  readonly hosts: StreamHosts;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** How the bytes of one stream are treated. */
export interface StreamPlan {
  readonly sink: Sink;
  /** The form of the lines; without it bytes are written as they are. The result may be reused. */
  readonly format?: (chunk: Chunk) => Buffer;
  /** Processes may write to this file by themselves: nothing of it needs circusd. */
  readonly directPath?: string;
}

/** A class without the types of its options. */
export interface StreamClass {
  /** As configurations name it. */
  readonly name: string;
  /** Its entry of the manual, for operators. */
  readonly doc: string;
  readonly options: OptionTable;
  /** Options that the table does not have are taken as they are. */
  readonly takesAny?: true;
  /** Options that have to be given. */
  readonly required: readonly string[];
  /** Nothing is opened yet. `values` were read by the table. */
  plan(values: OptionValues<OptionTable>, context: StreamContext): StreamPlan;
}

/** Declares a class; the types of its options come from its table. */
export function defineStream<const T extends OptionTable>(stream: {
  readonly name: string;
  readonly doc: string;
  readonly options: T;
  readonly required?: readonly T[number]['name'][];
  plan(values: OptionValues<T>, context: StreamContext): StreamPlan;
}): StreamClass {
  // The values are always made by this very table.
  return { required: [], ...stream } as unknown as StreamClass;
}
