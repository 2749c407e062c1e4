/** Which connections a process has accepted and not closed, as the kernel tells it. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The state ESTABLISHED and CLOSE_WAIT in /proc/net/tcp: the peer still waits. */
const waiting: ReadonlySet<string | undefined> = new Set(['01', '08']);

/** Ports of the peers of a process's IPv4 connections. Exact when the process is stopped. */
export function heldConnections(pid: number): number[] {
  const inodes = new Set(readdirSync(`/proc/${pid}/fd`).flatMap((fd) => inodeOf(pid, fd)));
  const rows = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1);
  return rows.flatMap((row) => {
    // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
    const [, , peer = '', state, , , , , , inode] = row.trim().split(/\s+/);
    if (!waiting.has(state) || !inodes.has(inode ?? '')) return [];
    return [Number.parseInt(peer.split(':')[1] ?? '', 16)];
  });
}

function inodeOf(pid: number, fd: string): string[] {
  try {
    const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`)) ?? [];
    return inode === undefined ? [] : [inode];
  } catch {
    // Closed meanwhile.
    return [];
  }
}
