/** Resource limits: their names, ours as they are, and whether a child may be given others. */
import { readFileSync } from 'node:fs';
import { readProcFile } from '#libs/process-info';
import { libc, SystemError } from './libc.ts';
import { SpawnError } from './spawn-error.ts';

/** Names as prlimit(1) spells its options, and the kernel's numbers (the same on x64 and arm64). */
const resources: Readonly<Record<string, number>> = {
  cpu: 0,
  fsize: 1,
  data: 2,
  stack: 3,
  core: 4,
  rss: 5,
  nproc: 6,
  nofile: 7,
  memlock: 8,
  as: 9,
  locks: 10,
  sigpending: 11,
  msgqueue: 12,
  nice: 13,
  rtprio: 14,
  rttime: 15,
};

/** `null` is unlimited. */
export interface ResourceLimit {
  readonly soft: number | null;
  readonly hard: number | null;
}

/** A limit that a process is to be started with, soft and hard at once. */
export interface LimitRequest {
  /** The name after RLIMIT_, in any case: `NOFILE`, `core`. */
  readonly name: string;
  /** In the unit of setrlimit(2); `null` is unlimited. */
  readonly value: number | null;
}

/** Names that `LimitRequest` takes, sorted, in lower case. */
export const limitNames: readonly string[] = Object.keys(resources).sort();

const unlimited = 0xffff_ffff_ffff_ffffn;
const capSysResource = 1n << 24n;

function fromWord(word: bigint): number | null {
  return word === unlimited ? null : Number(word);
}

/** Our own limit. Throws `SystemError` EINVAL for an unknown number. */
export function readLimit(resource: number): ResourceLimit {
  const words = Buffer.allocUnsafeSlow(16);
  if (libc().getrlimit(resource, words) !== 0)
    throw new SystemError(`cannot read limit ${resource}`);
  return { soft: fromWord(words.readBigUInt64LE(0)), hard: fromWord(words.readBigUInt64LE(8)) };
}

/** Sets our own limit. Throws `SystemError` EPERM when the hard limit would rise. */
export function writeLimit(resource: number, limit: ResourceLimit): void {
  const words = Buffer.allocUnsafeSlow(16);
  words.writeBigUInt64LE(limit.soft === null ? unlimited : BigInt(limit.soft), 0);
  words.writeBigUInt64LE(limit.hard === null ? unlimited : BigInt(limit.hard), 8);
  if (libc().setrlimit(resource, words) !== 0)
    throw new SystemError(`cannot set limit ${resource}`);
}

/**
 * The options for prlimit(1).
 *
 * @throws SpawnError EINVAL an unknown name or a value that is no count; EPERM a value above our
 * hard limit, which only a privileged circusd (CAP_SYS_RESOURCE) may pass on
 */
export function limitOptions(requests: readonly LimitRequest[]): string[] {
  return requests.map((request) => {
    const name = request.name.toLowerCase();
    const value = allowedValue(name, request);
    const text = value === null ? 'unlimited' : String(value);
    return `--${name}=${text}:${text}`;
  });
}

function allowedValue(name: string, request: LimitRequest): number | null {
  const label = `rlimit_${request.name}`;
  const resource = resources[name];
  if (resource === undefined) {
    throw new SpawnError('EINVAL', `${label}: no such limit; known are ${limitNames.join(', ')}`);
  }
  const { value } = request;
  if (value !== null && (!Number.isSafeInteger(value) || value < 0)) {
    throw new SpawnError('EINVAL', `${label}: ${value} is neither a whole number nor unlimited`);
  }
  const { hard } = readLimit(resource);
  // The kernel has no unlimited number of files.
  if (name === 'nofile' && value === null) return hard;
  if (name === 'nofile' && value !== null) refuseAboveKernel(label, value);
  if (hard === null || (value !== null && value <= hard) || canRaiseLimits()) return value;
  throw new SpawnError(
    'EPERM',
    `${label}: ${value ?? 'unlimited'} is above the hard limit of circusd, ${hard}, and circusd may not raise it`,
  );
}

function refuseAboveKernel(label: string, value: number): void {
  const most = Number(readFileSync('/proc/sys/fs/nr_open', 'latin1'));
  if (value <= most) return;
  throw new SpawnError('EPERM', `${label}: ${value} is above the kernel's fs.nr_open, ${most}`);
}

function canRaiseLimits(): boolean {
  const match = /^CapEff:\s*([0-9a-f]+)/m.exec(readProcFile('/proc/thread-self/status') ?? '');
  return match !== null && (BigInt(`0x${match[1]}`) & capSysResource) !== 0n;
}
