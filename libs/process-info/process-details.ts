/** What is dear to find out and changes slowly: open files, input and output, context switches. */
import { readdirSync } from 'node:fs';
import { notAvailable } from './describe-process.ts';
import { readProcFile } from './process-stat.ts';

type Count = number | typeof notAvailable;

/** Of one process; `N/A` where this user may not look. All but `fds` and `threads` only grow. */
export type ProcessDetails = {
  /** Open descriptors. */
  readonly fds: Count;
  readonly threads: Count;
  /** Bytes that it has caused to be read from and written to disks. */
  readonly io_read: Count;
  readonly io_write: Count;
  /** How often it gave the processor away, and how often it was taken from it. */
  readonly voluntary_switches: Count;
  readonly involuntary_switches: Count;
};

/** Reads three files of /proc and lists a directory: about 50 µs, more with many open files. */
export function readProcessDetails(pid: number): ProcessDetails {
  const status = readProcFile(`/proc/${pid}/status`);
  const io = readProcFile(`/proc/${pid}/io`);
  return {
    fds: countDescriptors(pid),
    threads: numberAfter(status, 'Threads:'),
    io_read: numberAfter(io, 'read_bytes:'),
    io_write: numberAfter(io, '\nwrite_bytes:'),
    voluntary_switches: numberAfter(status, '\nvoluntary_ctxt_switches:'),
    involuntary_switches: numberAfter(status, 'nonvoluntary_ctxt_switches:'),
  };
}

function countDescriptors(pid: number): Count {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return notAvailable;
  }
}

function numberAfter(text: string | undefined, label: string): Count {
  const at = text?.indexOf(label) ?? -1;
  if (text === undefined || at === -1) return notAvailable;
  return Number.parseInt(text.slice(at + label.length), 10);
}
