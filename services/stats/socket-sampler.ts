/**
 * How the managed sockets do. Nobody tells when a connection waits, so the kernel is asked some ten
 * times a second, less often where asking is dear; `reads` counts how often something waited then.
 */
import { fstatSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import type { JsonObject } from '#libs/protocol';
import {
  readConnections,
  readUnixRows,
  readWaitingRows,
  type SocketRow,
  type UnixRow,
} from './kernel-tables.ts';

/** The shortest pause between two looks. Milliseconds. */
const lookEveryMs = 100;

/** A look takes no more than this part of the time. */
const patience = 50;

/** A table of connections that takes longer is read in every tenth pass. Milliseconds. */
const dearMs = 10;
const dearPasses = 10;

/** Samples while it is started. */
export class SocketSampler {
  #sockets: readonly JsonObject[] = [];
  readonly #reads = new Map<number, number>();
  readonly #queues = new Map<number, number>();
  #connections: ReadonlyMap<number, number> = new Map();
  #passesToSkip = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Watches these sockets, as `listsockets` tells them, from now on; nothing is done without any. */
  watch(sockets: readonly JsonObject[]): void {
    this.#sockets = sockets;
    if (sockets.length === 0) this.stop();
    else if (this.#timer === undefined) this.#look();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#reads.clear();
  }

  /** What is published of each since the last report: by number. */
  report(): JsonObject[] {
    this.#countConnections();
    const payloads = this.#sockets.map((socket) => {
      const { fd, name = null, backlog = null } = socket;
      const number = Number(fd);
      return {
        fd: number,
        subtopic: number,
        reads: this.#reads.get(number) ?? 0,
        address: addressOf(socket),
        name,
        queue: this.#queues.get(number) ?? 0,
        backlog,
        connections: this.#connections.get(number) ?? 0,
      };
    });
    this.#reads.clear();
    return payloads;
  }

  #look(): void {
    const start = performance.now();
    const unixRows = this.#hasPaths ? readUnixRows() : [];
    const rows = this.#sockets.some((socket) => !hasPath(socket)) ? readWaitingRows() : [];
    for (const socket of this.#sockets) {
      const fd = Number(socket['fd']);
      const queue = hasPath(socket)
        ? unixRows.filter((row) => row.isWaiting && row.path === socket['path']).length
        : sumOf(rowsOf(socket, rows).map((row) => row.queue));
      this.#queues.set(fd, queue);
      if (queue > 0) this.#reads.set(fd, (this.#reads.get(fd) ?? 0) + 1);
    }
    const cost = performance.now() - start;
    this.#timer = setTimeout(() => this.#look(), Math.max(lookEveryMs, cost * patience));
  }

  #countConnections(): void {
    if (this.#sockets.length === 0) return;
    if (this.#passesToSkip > 0) {
      this.#passesToSkip -= 1;
      return;
    }
    const start = performance.now();
    const waiting = readWaitingRows();
    const rows = readConnections();
    const unixRows: readonly UnixRow[] = this.#hasPaths ? readUnixRows() : [];
    const counts = this.#sockets.map((socket): [number, number] => [
      Number(socket['fd']),
      hasPath(socket)
        ? unixRows.filter((row) => row.isConnected && row.path === socket['path']).length
        : countAt(rowsOf(socket, waiting), rows),
    ]);
    this.#connections = new Map(counts);
    if (performance.now() - start > dearMs) this.#passesToSkip = dearPasses;
  }

  get #hasPaths(): boolean {
    return this.#sockets.some(hasPath);
  }
}

/** `127.0.0.1:8080`, or a path. */
function addressOf({ host, port, path }: JsonObject): string {
  return path === undefined ? `${host}:${port}` : String(path);
}

function hasPath({ path }: JsonObject): boolean {
  return path !== undefined;
}

/**
 * The kernel's rows of a socket: the one that we have inherited under its number, and otherwise (it is
 * younger than this process, or every worker has its own) all at its address.
 */
function rowsOf({ fd, host, port }: JsonObject, rows: readonly SocketRow[]): SocketRow[] {
  const inode = inodeOf(Number(fd));
  const own = rows.filter((row) => row.inode === inode);
  if (inode !== undefined && own.length > 0) return own;
  const portDigits = Number(port).toString(16).toUpperCase().padStart(4, '0');
  const isAnywhere = typeof host !== 'string' || !isIPv4(host) || host === '0.0.0.0';
  const at = isAnywhere ? undefined : `${kernelAddress(host)}:${portDigits}`;
  const found = rows.filter(({ local }) =>
    at === undefined ? local.endsWith(`:${portDigits}`) : local === at,
  );
  const streams = found.filter((row) => row.isListening);
  return streams.length > 0 ? streams : found;
}

function inodeOf(fd: number): number | undefined {
  try {
    const facts = fstatSync(fd);
    return facts.isSocket() ? facts.ino : undefined;
  } catch {
    return undefined;
  }
}

/** The kernel writes the number of an address, which lies in memory the other way round. */
function kernelAddress(host: string): string {
  const bytes = host.split('.').map((part) => Number(part).toString(16).padStart(2, '0'));
  return bytes.reverse().join('').toUpperCase();
}

/** Connections whose own end is at one of these; a socket of every address has them at any. */
function countAt(listeners: readonly SocketRow[], connections: readonly SocketRow[]): number {
  const exact = new Set(listeners.map(({ local }) => local));
  const ports = new Set(
    listeners.filter(({ local }) => /^0+:/.test(local)).map(({ local }) => portOf(local)),
  );
  return connections.filter(({ local }) => exact.has(local) || ports.has(portOf(local))).length;
}

function portOf(local: string): string {
  return local.slice(local.lastIndexOf(':') + 1);
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
