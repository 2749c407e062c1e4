/** A process without a watcher (manual 5.9.2 "Process"). */
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { killWorker, signalRemains, spawnWorker, stopWorker, type Worker } from '#libs/arbiter';
import { createWatcher } from '#libs/config';
import {
  createPipe,
  EmbeddedReaper,
  type ExitRecord,
  openChildLookup,
  type Pipe,
  type ProcessIdentity,
} from '#libs/native';
import { checks } from './core.ts';
import { plainOptions, type WatcherDescription } from './descriptions.ts';
import { ProcessHandle } from './process-handle.ts';

/** How a process has ended. */
export interface ProcessExit {
  /** 0 to 255; null when a signal has ended it. */
  readonly exitCode: number | null;
  /** The number of that signal. */
  readonly signal: number | null;
}

/** Options of `Process`: those of a watcher that concern one process, and where its output goes. */
export interface ProcessOptions
  extends Pick<
    WatcherDescription,
    | 'args'
    | 'working_dir'
    | 'shell'
    | 'shell_args'
    | 'uid'
    | 'gid'
    | 'rlimits'
    | 'executable'
    | 'umask'
    | 'nice'
  > {
  /** Its whole environment. Default: that of this program. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Descriptors that it inherits under the same numbers; all others are closed. */
  readonly use_fds?: readonly number[] | undefined;
  /** `pipe`: to be read at `stdout`; `null`: /dev/null. Default: this program's own. */
  readonly stdout?: 'inherit' | 'pipe' | 'null' | undefined;
  readonly stderr?: 'inherit' | 'pipe' | 'null' | undefined;
}

const SIGKILL = 9;

/**
 * A process that runs from the moment it is made:
 *
 *     const top = new Process('Top', 'top -b', { stdout: 'null' });
 *     top.age();
 *     await top.stop();
 */
export class Process extends ProcessHandle {
  /** What it writes; null unless it was asked for with `pipe`. */
  readonly stdout: Readable | null;
  readonly stderr: Readable | null;
  /** Settles when the process has ended and was collected. */
  readonly ended: Promise<ProcessExit>;
  readonly #worker: Worker;
  #hasEnded = false;

  /**
   * @param wid - replaces `$WID` in the command
   * @throws CircusError `invalid_message`: an option is wrong; SpawnError: it cannot be started
   */
  constructor(wid: number | string, cmd: string, options: ProcessOptions = {}) {
    const started = start(wid, cmd, options);
    super(wid, started.identity);
    const { stdout, stderr, identity, reaper } = started;
    this.stdout = stdout;
    this.stderr = stderr;
    this.#worker = {
      key: '',
      wid: 0,
      ticket: 0,
      identity,
      spawnedAt: Date.now() / 1_000,
      isSignalled: false,
      family: [],
    };
    this.ended = new Promise((resolve) => {
      reaper.watch(identity.pid, (exit) => {
        this.#hasEnded = true;
        reaper.stop();
        resolve(describeExit(exit));
      });
    });
  }

  /**
   * Asks the process to end, and kills it and all that it has started when it takes too long. What
   * is left of it when it has ended is killed. Resolves when it has ended.
   *
   * @param stop_signal - default: TERM
   * @param graceful_timeout - seconds, default: 30
   */
  async stop({
    stop_signal = 15,
    graceful_timeout = 30,
  }: {
    readonly stop_signal?: number;
    readonly graceful_timeout?: number;
  } = {}): Promise<ProcessExit> {
    if (this.#hasEnded) return await this.ended;
    stopWorker(this.#worker, { signum: stop_signal, withChildren: false }, openChildLookup());
    const timer = setTimeout(() => {
      killWorker(this.#worker, openChildLookup());
    }, graceful_timeout * 1_000);
    const exit = await this.ended;
    clearTimeout(timer);
    signalRemains(this.#worker, SIGKILL, openChildLookup());
    return exit;
  }
}

function start(
  wid: number | string,
  cmd: string,
  { stdout, stderr, env, use_fds = [], ...options }: ProcessOptions,
): {
  identity: ProcessIdentity;
  reaper: EmbeddedReaper;
  stdout: Readable | null;
  stderr: Readable | null;
} {
  const closes = { close_child_stdout: stdout === 'null', close_child_stderr: stderr === 'null' };
  const environment = env === undefined ? { copy_env: true } : { env };
  const described = { cmd, ...plainOptions(options), ...closes, ...environment };
  const config = createWatcher(String(wid), described, checks);
  const reaper = new EmbeddedReaper();
  const pipes: Pipe[] = [];
  const open = (isWanted: boolean): Pipe | undefined => {
    if (!isWanted) return undefined;
    const pipe = createPipe();
    pipes.push(pipe);
    return pipe;
  };
  try {
    const out = open(stdout === 'pipe');
    const err = open(stderr === 'pipe');
    const descriptors = use_fds.map((fd) => ({ source: fd, target: fd }));
    const identity = spawnWorker(
      config,
      { wid, ticket: 0 },
      {
        sockets: { numbers: {}, descriptors },
        outputs: {
          ...(out === undefined ? {} : { stdout: out.writeFd }),
          ...(err === undefined ? {} : { stderr: err.writeFd }),
        },
        isEmbedded: true,
      },
    );
    reaper.start(() => undefined);
    return { identity, reaper, stdout: readerOf(out), stderr: readerOf(err) };
  } catch (error) {
    for (const { readFd } of pipes) closeSync(readFd);
    throw error;
  } finally {
    for (const { writeFd } of pipes) closeSync(writeFd);
  }
}

function readerOf(pipe: Pipe | undefined): Readable | null {
  return pipe === undefined
    ? null
    : new Socket({ fd: pipe.readFd, readable: true, writable: false });
}

function describeExit({ exitCode, signal }: ExitRecord): ProcessExit {
  return { exitCode, signal };
}
