/** What is told of a process by `stats`, `dstats` and the statistics endpoint (protocol 2.6). */
export const processKeys = {
  pid: { type: 'integer', doc: 'The process id.' },
  cmdline: { type: 'string', doc: 'The base name of the program; `N/A` when it cannot be read.' },
  username: { type: 'string', doc: 'The user that it runs as; `N/A` when it cannot be read.' },
  nice: { type: 'integer or string', doc: 'The niceness; `Zombie` for a dead process.' },
  mem_info1: { type: 'string', doc: 'Resident memory: `35.08M`, in powers of 1024.' },
  mem_info2: { type: 'string', doc: 'Virtual memory, in the same form.' },
  cpu: {
    type: 'number',
    doc: 'Processor time in percent of one processor, since somebody last asked; 0 the first time.',
  },
  mem: { type: 'number', doc: 'Resident memory in percent of that of the machine.' },
  ctime: { type: 'string', doc: 'Processor time so far, children included: minutes, seconds.' },
  create_time: { type: 'number', doc: 'When it was created, in seconds since 1970.' },
  age: { type: 'number', doc: 'Seconds since then; in `stats` since `started`.' },
  children: { type: 'list', doc: 'The same of its direct children; empty in `dstats`.' },
  started: { type: 'number', doc: 'In `stats`: when circusd started it.' },
  wid: { type: 'integer', doc: 'In `stats`: its number within its watcher.' },
} as const;
