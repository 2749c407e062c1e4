/** Who holds an address: /proc/net names the socket, /proc/PID/fd the processes that have it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readProcessStat } from '#libs/process-info';
import { type SocketAddress, type SocketFamily, socketFamilies } from './socket-address.ts';

/** An address that is in use. */
export interface SoughtAddress {
  readonly family: SocketFamily;
  readonly isStream: boolean;
  readonly address: SocketAddress;
  /** The struct that bind(2) refused. */
  readonly encoded: Buffer;
}

/**
 * `process 123 (nginx)` and the like. `undefined` when the kernel does not tell us: only root sees
 * the descriptors of other users' processes.
 */
export function findAddressOwner(sought: SoughtAddress): string | undefined {
  return 'path' in sought.address
    ? findPathOwner(sought.address.path)
    : describeHolders(inetInodes(sought));
}

/** As `findAddressOwner`, for the path of a UNIX socket. */
export function findPathOwner(path: string): string | undefined {
  return describeHolders(unixInodes(path));
}

function describeHolders(inodes: ReadonlySet<string>): string | undefined {
  if (inodes.size === 0) return undefined;
  const pids = holdersOf(inodes);
  if (pids.length === 0) return undefined;
  if (pids.includes(process.pid)) return 'this circusd itself';
  const shown = pids.slice(0, 3).map((pid) => `${pid} (${readProcessStat(pid)?.comm ?? '?'})`);
  const more = pids.length > 3 ? ' and others' : '';
  return `process ${shown.join(', ')}${more}`;
}

function unixInodes(path: string): Set<string> {
  // Num RefCount Protocol Flags Type St Inode Path
  const lines = readTable('unix').map((line) => line.trim().split(/\s+/));
  return new Set(lines.filter((fields) => fields[7] === path).map((fields) => fields[6] ?? ''));
}

const listening = '0A';

function inetInodes({ isStream, encoded }: SoughtAddress): Set<string> {
  const port = encoded.readUInt16BE(2);
  const found = new Set<string>();
  for (const version of ['', '6']) {
    for (const line of readTable(`${isStream ? 'tcp' : 'udp'}${version}`)) {
      // sl local_address rem_address st ... uid timeout inode
      const [, local = '', , state, , , , , , inode] = line.trim().split(/\s+/);
      const [host = '', portText = ''] = local.split(':');
      if (Number.parseInt(portText, 16) !== port || (isStream && state !== listening)) continue;
      if (inode !== undefined && overlaps(host, hexHost(encoded))) found.add(inode);
    }
  }
  return found;
}

/** Two addresses of one port exclude each other when they are the same, or one of them is all. */
function overlaps(some: string, other: string): boolean {
  const isEvery = (host: string): boolean => /^0+$/.test(host);
  return some === other || isEvery(some) || isEvery(other);
}

/** As /proc/net writes it: words of 32 bits in the machine's order, in hexadecimal digits. */
function hexHost(encoded: Buffer): string {
  const isSix = encoded.readUInt16LE(0) === socketFamilies.AF_INET6;
  const bytes = isSix ? encoded.subarray(8, 24) : encoded.subarray(4, 8);
  const words = Array.from({ length: bytes.length / 4 }, (_, index) => {
    return bytes
      .readUInt32LE(index * 4)
      .toString(16)
      .padStart(8, '0');
  });
  return words.join('').toUpperCase();
}

function holdersOf(inodes: ReadonlySet<string>): number[] {
  const wanted = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pids = readNames('/proc')
    .map(Number)
    .filter((pid) => pid > 0);
  return pids.filter((pid) => {
    return readNames(`/proc/${pid}/fd`).some((fd) => wanted.has(readLink(`/proc/${pid}/fd/${fd}`)));
  });
}

function readTable(name: string): string[] {
  try {
    return readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1);
  } catch {
    return [];
  }
}

function readNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
