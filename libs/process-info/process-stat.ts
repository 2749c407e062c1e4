/** /proc/PID/stat: the one file that tells who a process is, in one read of about 10 µs. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';

/** What is used of the file, for threads of the kernel as for programs. */
export interface ProcessStat {
  readonly pid: number;
  /** The name of the executable, cut to 15 bytes by the kernel. */
  readonly comm: string;
  /** `R`, `S`, `Z`...: proc(5). */
  readonly state: string;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** CPU time of its own in user and system mode, then of children it has waited for. Clock ticks. */
  readonly cpuTicks: number;
  readonly childTicks: number;
  readonly nice: number;
  /** Clock ticks between the boot and the start; with the pid it tells one process from all others. */
  readonly startTime: number;
  readonly virtualBytes: number;
  /** Memory that is in use by it. */
  readonly residentBytes: number;
}

/** Clock ticks a second in every file of /proc: the kernel's USER_HZ, the same on all of Linux. */
export const ticksPerSecond = 100;

/** Most often 4096; some kernels for arm64 have 65536. */
const pageBytes = readPageSize();

/** What the kernel tells every program at its start: pairs of a kind and a value, 8 bytes each. */
function readPageSize(): number {
  const pageSizeKind = 6n;
  const pairs = readFileSync('/proc/self/auxv');
  for (let at = 0; at + 16 <= pairs.length; at += 16) {
    if (pairs.readBigUInt64LE(at) === pageSizeKind) return Number(pairs.readBigUInt64LE(at + 8));
  }
  return 4096;
}

const scratch = Buffer.allocUnsafeSlow(4096);

/** A whole small file of /proc as text; `undefined` when it is not there (any more). */
export function readProcFile(path: string): string | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    return scratch.toString('latin1', 0, readSync(fd, scratch, 0, scratch.length, 0));
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** `undefined` when there is no such process; a zombie has its file until it is reaped. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  const text = readProcFile(`/proc/${pid}/stat`);
  if (text === undefined) return undefined;
  // The name stands in brackets and may contain brackets and blanks itself.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ', 22);
  const number = (place: number): number => Number(fields[place]);
  return {
    pid,
    comm: text.slice(text.indexOf('(') + 1, end),
    state: fields[0] ?? '',
    ppid: number(1),
    pgid: number(2),
    sid: number(3),
    cpuTicks: number(11) + number(12),
    childTicks: number(13) + number(14),
    nice: number(16),
    startTime: number(19),
    virtualBytes: number(20),
    residentBytes: number(21) * pageBytes,
  };
}
