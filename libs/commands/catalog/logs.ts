import { CircusError, type LogReply } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { followLogs, showLogs } from '../follow-logs.ts';
import { given } from '../given.ts';
import { readLogFilter } from '../log-filter.ts';
import { logLines, printLogLine } from '../log-lines.ts';
import { requireWatcher } from '../select.ts';

/** Not in the manual; design.md "Events and logs". */
export const logs = defineCommand({
  name: 'logs',
  summary: 'Show the output of processes',
  description: `Prints the last lines that the processes of watchers have written, of all watchers or of
those named, and with --follow those that come, until interrupted. A line has the time at which
circusd read it, the watcher and the process id, then \`|\` and what was written to standard output, or
\`!\` and what was written to standard error; with --json it is one JSON object. What is not recorded is
left out, and standard error says so: nothing but the lines of a plain FileStream, which its processes
write themselves, and no process id where there is no stream, because processes share a pipe.

circusd keeps the last 64 kB of a watcher (\`log_ring\`); of a plain FileStream the last lines are read
from the file. --grep and the number of lines look at no more than that.

The reply has \`logs\`, pieces of output as they are published on the log endpoint, and \`sources\`, how
each output is recorded and at which \`position\` the reply ends. With \`follow\` circusd binds its
log_endpoint and the reply has its \`endpoint\`.`,
  manual: '-',
  properties: {
    name: { kind: 'strings', default: [], doc: 'The watchers, in any case; all without it.' },
    lines: { kind: 'integer', default: 100, minimum: 0, doc: 'How many lines of each watcher.' },
    since: { kind: 'number', minimum: 0, doc: 'Only what is at most so many seconds old.' },
    stream: { kind: 'string', doc: 'Only `stdout` or `stderr`.' },
    pid: { kind: 'pid', doc: 'Only what this process has written.' },
    follow: { kind: 'boolean', default: false, doc: 'Bind the log endpoint, and tell it.' },
  },
  isReadOnly: true,
  usage: '[name]...',
  flags: [
    { spelling: '-f, --follow', doc: 'Go on with the lines that come' },
    { spelling: '-n, --lines <count>', doc: 'How many lines of each watcher, default 100' },
    { spelling: '--since <age>', doc: 'Only lines of the last 30s, 10m, 2h or 1d' },
    { spelling: '--stdout', doc: 'Only standard output' },
    { spelling: '--stderr', doc: 'Only standard error' },
    { spelling: '--pid <pid>', doc: 'Only lines of this process' },
    { spelling: '--grep <expression>', doc: 'Only lines that match a regular expression' },
  ],
  examples: [
    'circusctl logs',
    'circusctl logs web -f',
    'circusctl logs web api -n 1000 --since 10m --stderr',
    "circusctl logs web -f --grep 'ERROR|WARN' --json",
  ],
  async execute(controller, { name, lines, since, stream, pid, follow }) {
    if (stream !== undefined && stream !== 'stdout' && stream !== 'stderr') {
      throw new CircusError('invalid_message', `'stream' is ${stream}, should be stdout or stderr`);
    }
    const all = name.length === 0 ? controller.watchers() : [];
    const keys = [...all, ...name.map((one) => requireWatcher(controller, one))];
    return await controller.logs({
      keys: [...new Set(keys.map(({ key }) => key))],
      lines,
      follow,
      ...given({ ageSeconds: since, stream, pid }),
    });
  },
  toProperties: (line) => ({
    ...readLogFilter(line).properties,
    follow: line.flags['follow'] === true,
  }),
  print: (reply) =>
    logLines((reply as unknown as LogReply).logs)
      .map((line) => printLogLine(line, { isColoured: false }))
      .join('\n'),
  async runInClient(line, side) {
    if (line.flags['follow'] === true) await followLogs(line, side);
    else await showLogs(line, side);
  },
});
