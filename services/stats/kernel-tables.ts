/** The kernel's tables of sockets, in /proc/net: who listens where, what waits, who is connected. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** Tables by protocol; a socket of both families is in the second. */
export type TableName = 'tcp' | 'tcp6' | 'udp' | 'udp6';

/** One row. */
export interface SocketRow {
  readonly table: TableName;
  /** Address and port in the kernel's spelling: `0100007F:1F90`. */
  readonly local: string;
  readonly isListening: boolean;
  readonly isConnected: boolean;
  /** Connections that nobody has accepted; bytes that nobody has read, of a datagram socket. */
  readonly queue: number;
  /** 0 for a connection that no program has accepted. */
  readonly inode: number;
}

const connected = '01';
const listening = '0A';
const chunkBytes = 4096;
const chunk = Buffer.allocUnsafeSlow(chunkBytes);

/**
 * The sockets that somebody may be waiting at. The kernel writes listening ones first, so of a table
 * with thousands of connections only the beginning is read.
 */
export function readWaitingRows(): SocketRow[] {
  const streams = (['tcp', 'tcp6'] as const).flatMap((table) =>
    parseRows(table, readBeginning(`/proc/net/${table}`)).filter((row) => row.isListening),
  );
  const datagrams = (['udp', 'udp6'] as const).flatMap((table) =>
    parseRows(table, readWhole(`/proc/net/${table}`)),
  );
  return [...streams, ...datagrams];
}

/** Connections that programs have accepted or made; about 1 ms for a thousand. */
export function readConnections(): SocketRow[] {
  return (['tcp', 'tcp6'] as const).flatMap((table) =>
    parseRows(table, readWhole(`/proc/net/${table}`)).filter((row) => row.isConnected),
  );
}

/** What waits and who is connected at a socket that is a file, by its path. */
export interface UnixRow {
  readonly path: string;
  readonly isWaiting: boolean;
  readonly isConnected: boolean;
}

/** Sockets with a path. A connection has its listener's; as long as nobody accepts it, no inode. */
export function readUnixRows(): UnixRow[] {
  const lines = readWhole('/proc/net/unix').split('\n').slice(1);
  return lines.flatMap((line) => {
    const [, state, inode, path] = /^\S+ \S+ \S+ \S+ \S+ (\S+) +(\d+) (.+)$/.exec(line) ?? [];
    if (path === undefined) return [];
    return [{ path, isWaiting: state === '02' && inode === '0', isConnected: state === '03' }];
  });
}

function parseRows(table: TableName, text: string): SocketRow[] {
  const rows: SocketRow[] = [];
  const lines = text.split('\n');
  for (let at = 1; at < lines.length; at += 1) {
    const fields = lines[at]?.trim().split(/ +/) ?? [];
    const [, local = '', , state = '', queues = '', , , , , inode] = fields;
    if (inode === undefined) continue;
    rows.push({
      table,
      local,
      isListening: state === listening,
      isConnected: state === connected && inode !== '0',
      queue: Number.parseInt(queues.slice(queues.indexOf(':') + 1), 16),
      inode: Number(inode),
    });
  }
  return rows;
}

/** As far as there are listening sockets, and a little more. */
function readBeginning(path: string): string {
  let text = '';
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    while (true) {
      const count = readSync(fd, chunk, 0, chunkBytes, null);
      text += chunk.toString('latin1', 0, count);
      const [, , , last] = text
        .slice(text.lastIndexOf('\n', text.length - 2) + 1)
        .trim()
        .split(/ +/);
      if (count === 0 || (last !== undefined && last !== listening && last !== 'st')) return text;
    }
  } catch {
    return text;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readWhole(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
