/**
 * Running a command to its end: hooks, probes. What execa does elsewhere; circusd may not use
 * node:child_process, because two of them asking for the same deaths lose some.
 */

import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { SystemError } from './libc.ts';
import { createPipe, type Pipe } from './pipes.ts';
import { descendantsOf, type ProcessIdentity } from './process-tree.ts';
import type { ExitRecord, Reaper } from './reaper.ts';
import { sendSignal, signalGroup } from './signals.ts';
import { type SpawnRequest, spawnProcess } from './spawn.ts';

/** A command, its bounds, and what it is told. Its output is always collected. */
export interface CommandRequest extends Omit<SpawnRequest, 'stdin' | 'stdout' | 'stderr'> {
  /** Written to its stdin, which is then closed; /dev/null without. */
  readonly input?: string | Buffer;
  /** After so long it is killed with all its descendants. */
  readonly timeoutMs: number;
  /** Of stdout and stderr each; what is beyond is read and dropped. */
  readonly maxOutputBytes: number;
  /** When it is aborted the command is killed at once, as when its time is over. */
  readonly signal?: AbortSignal;
  /** What it has started in the background is killed when it has ended. */
  readonly endsItsGroup?: boolean;
}

/** How it went. A command that fails is a result; only one that cannot be started is an error. */
export interface CommandResult {
  readonly exitCode: number | null;
  readonly signal: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Some output was dropped. */
  readonly truncated: boolean;
  readonly failedBeforeExec: boolean;
}

const SIGKILL = 9;
/** How long a grandchild that has inherited the pipe is listened to after the command's death. */
const graceMs = 50;

/**
 * Runs a command until it has ended and its output is read.
 *
 * @param reaper started; it tells this function alone of the command's death
 * @throws SpawnError it could not be started
 * @throws SystemError no pipe could be made
 */
export async function runCommand(
  reaper: Pick<Reaper, 'watch'>,
  request: CommandRequest,
): Promise<CommandResult> {
  const { process: leader, channels } = startCommand(request);
  const deadline = new Deadline(leader, request);
  const exit = await new Promise<ExitRecord>((resolve) => reaper.watch(leader.pid, resolve));
  deadline.cancel();
  if (request.endsItsGroup) endIfAllowed(() => signalGroup(leader.pid, SIGKILL));
  const { stdout, stderr, input } = channels;
  await settledWithin(Promise.all([stdout.ended, stderr.ended]), graceMs);
  for (const socket of [stdout.socket, stderr.socket, input]) socket?.destroy();
  return {
    exitCode: exit.exitCode,
    signal: exit.signal,
    stdout: stdout.text(),
    stderr: stderr.text(),
    timedOut: deadline.hasPassed,
    truncated: stdout.isTruncated() || stderr.isTruncated(),
    failedBeforeExec: exit.failedBeforeExec,
  };
}

interface Channels {
  readonly stdout: Collector;
  readonly stderr: Collector;
  readonly input: Socket | undefined;
}

interface Started {
  readonly process: ProcessIdentity;
  readonly channels: Channels;
}

function startCommand(request: CommandRequest): Started {
  const pipes: Pipe[] = [];
  try {
    const stdout = addPipe(pipes);
    const stderr = addPipe(pipes);
    const stdin = request.input === undefined ? undefined : addPipe(pipes);
    const process = spawnProcess({
      ...request,
      stdin: stdin?.readFd ?? 'null',
      stdout: stdout.writeFd,
      stderr: stderr.writeFd,
    });
    // From here on every end has its owner.
    pipes.length = 0;
    closeAll([stdin?.readFd, stdout.writeFd, stderr.writeFd]);
    const channels = {
      stdout: collect(stdout.readFd, request.maxOutputBytes),
      stderr: collect(stderr.readFd, request.maxOutputBytes),
      input: stdin === undefined ? undefined : feed(stdin.writeFd, request.input ?? ''),
    };
    return { process, channels };
  } finally {
    closeAll(pipes.flatMap(({ readFd, writeFd }) => [readFd, writeFd]));
  }
}

function addPipe(pipes: Pipe[]): Pipe {
  const pipe = createPipe();
  pipes.push(pipe);
  return pipe;
}

function closeAll(fds: readonly (number | undefined)[]): void {
  for (const fd of fds) if (fd !== undefined) closeSync(fd);
}

/** What a pipe has brought so far. */
interface Collector {
  readonly socket: Socket;
  /** All writers have closed it. */
  readonly ended: Promise<void>;
  text(): string;
  isTruncated(): boolean;
}

function collect(fd: number, maxBytes: number): Collector {
  const socket = new Socket({ fd, readable: true, writable: false });
  const chunks: Buffer[] = [];
  let room = maxBytes;
  let truncated = false;
  socket.on('data', (chunk: Buffer) => {
    truncated ||= chunk.length > room;
    if (room > 0) chunks.push(chunk.subarray(0, room));
    room = Math.max(0, room - chunk.length);
  });
  const ended = new Promise<void>((resolve) => {
    // A pipe that fails has nothing more to tell either.
    socket.on('error', () => resolve());
    socket.on('close', () => resolve());
  });
  return {
    socket,
    ended,
    text: () => Buffer.concat(chunks).toString('utf8'),
    isTruncated: () => truncated,
  };
}

function feed(fd: number, input: string | Buffer): Socket {
  const socket = new Socket({ fd, readable: false, writable: true });
  // EPIPE: a command need not read what it is told.
  socket.on('error', () => socket.destroy());
  socket.end(input);
  return socket;
}

/** Kills a tree when its time is over, and again for as long as it is not called off. */
class Deadline {
  readonly #leader: ProcessIdentity;
  readonly #signal: AbortSignal | undefined;
  readonly #pass = (): void => {
    clearTimeout(this.#timer);
    this.hasPassed = true;
    killTree(this.#leader);
    // Once more for who was forked meanwhile; and the handler of SIGCHLD alone does not keep a
    // program alive until the death is known.
    this.#timer = setInterval(() => killTree(this.#leader), 100);
  };
  #timer: NodeJS.Timeout;
  hasPassed = false;

  constructor(leader: ProcessIdentity, { timeoutMs, signal }: CommandRequest) {
    this.#leader = leader;
    this.#signal = signal;
    this.#timer = setTimeout(this.#pass, timeoutMs);
    signal?.addEventListener('abort', this.#pass);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#pass);
  }
}

/** Descendants are looked up first: once the leader is dead nobody can tell whose they were. */
function killTree(leader: ProcessIdentity): void {
  const descendants = descendantsOf(leader.pid);
  endIfAllowed(() => signalGroup(leader.pid, SIGKILL));
  for (const target of [leader, ...descendants]) endIfAllowed(() => sendSignal(target, SIGKILL));
}

/** A set-uid program is not ours to kill without root; the others still are. */
function endIfAllowed(signal: () => void): void {
  try {
    signal();
  } catch (error) {
    if (!(error instanceof SystemError && error.code === 'EPERM')) throw error;
  }
}

async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, limit]);
  clearTimeout(timer);
}
