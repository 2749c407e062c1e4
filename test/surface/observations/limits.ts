/** `rlimit_LIMIT` of `[watcher:NAME]`, as /proc tells them. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { rlimitNames } from '#libs/config';
import { observed, type Row, type Rows, type Sight } from './rows.ts';

/** Small enough to be a limit, large enough to run under; the rest gets 1000. */
const limits: Readonly<Record<string, number>> = {
  as: 8_000_000_000,
  core: 0,
  data: 4_000_000_000,
  fsize: 1_000_000,
  memlock: 65_536,
  msgqueue: 500_000,
  nice: 0,
  nofile: 64,
  nproc: 5_000,
  rss: 900_000_000,
  rtprio: 0,
  rttime: 1_000_000,
  stack: 8_000_000,
};

const limitTitles: Readonly<Record<string, string>> = {
  as: 'Max address space',
  core: 'Max core file size',
  cpu: 'Max cpu time',
  data: 'Max data size',
  fsize: 'Max file size',
  locks: 'Max file locks',
  memlock: 'Max locked memory',
  msgqueue: 'Max msgqueue size',
  nice: 'Max nice priority',
  nofile: 'Max open files',
  nproc: 'Max processes',
  rss: 'Max resident set',
  rtprio: 'Max realtime priority',
  rttime: 'Max realtime timeout',
  sigpending: 'Max pending signals',
  stack: 'Max stack size',
};

function limitRow(name: string): [string, Row] {
  const value = limits[name] ?? 1_000;
  const look = async (sight: Sight): Promise<void> => {
    const [pid = 0] = await sight.daemon.running(sight.name, 1);
    const line = new RegExp(`^${limitTitles[name]} +${value} +${value} `, 'm');
    assert.match(readFileSync(`/proc/${pid}/limits`, 'utf8'), line);
  };
  const tried = `cmd = sleep 600\nrlimit_${name} = ${value}`;
  return [`rlimit_${name}`, observed(tried, `/proc/PID/limits: ${limitTitles[name]}`, look)];
}

/** Every limit that there is. */
export const limitObservations: Rows = Object.fromEntries(rlimitNames.map(limitRow));
