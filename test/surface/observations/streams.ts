/** `stdout_stream.KEY`, `stderr_stream.KEY` and the classes: what becomes of a process's output. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, readlinkSync, renameSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { until } from '../../system/until.ts';
import { noEffect, observed, type Row, type Rows, type Sight } from './rows.ts';

/** A line on each output, then nothing more. */
const once = `cmd = /bin/sh -c 'echo hello; echo hello >&2; exec sleep 600'`;

/** Lines on each output, again and again. */
const always = `cmd = /bin/sh -c 'while sleep 0.05; do echo hello; echo hello >&2; done'`;

const file = ({ out, name }: Sight): string => `${out}/${name}.log`;

const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

async function awaitText(path: string, isRight: RegExp): Promise<void> {
  await until(
    `${path} has ${isRight}`,
    () => read(path),
    (text) => isRight.test(text),
  );
}

/** What follows the dot in the names of a file's older ones, sorted, once there are so many. */
async function rotated(path: string, count: number): Promise<string[]> {
  const folder = path.slice(0, -basename(path).length);
  return await until(
    `${count} older files of ${path}`,
    () => {
      const names = readdirSync(folder).filter((name) => name.startsWith(`${basename(path)}.`));
      return names.map((name) => name.slice(basename(path).length + 1)).sort();
    },
    ({ length }) => length >= count,
  );
}

/** `20261124021500` in UTC, in milliseconds since 1970. */
function periodStart(digits: string): number {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits)?.map(Number) ?? [];
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
}

/** The keys of one output; FILE stands for the row's own file. */
function keyRows(stream: string): [string, Row][] {
  const rows: Record<string, Row> = {
    class: observed(
      `${once}\nSTREAM.class = FileStream\nSTREAM.filename = FILE`,
      'what it writes is in the file',
      async (sight) => awaitText(file(sight), /^hello\n$/),
    ),
    filename: observed(
      `${once}\nSTREAM.filename = FILE`,
      'the same without a class',
      async (sight) => {
        await awaitText(file(sight), /^hello\n$/);
      },
    ),
    max_bytes: observed(
      `${always}\nSTREAM.filename = FILE\nSTREAM.max_bytes = 40\nSTREAM.backup_count = 1`,
      'the file before is smaller',
      async (sight) => {
        await rotated(file(sight), 1);
        assert.ok(statSync(`${file(sight)}.1`).size < 40);
      },
    ),
    backup_count: observed(
      `${always}\nSTREAM.filename = FILE\nSTREAM.max_bytes = 13\nSTREAM.backup_count = 2`,
      'two older files, and never a third',
      async (sight) => {
        const path = file(sight);
        const times = new Set<number>();
        await until('four files have been the second', () => {
          times.add(statSync(`${path}.2`).mtimeMs);
          return times.size >= 4;
        });
        assert.ok((await rotated(path, 1)).every((name) => name === '1' || name === '2'));
      },
    ),
    time_format: observed(
      `${once}\nSTREAM.filename = FILE\nSTREAM.time_format = at %H:%M`,
      'lines begin with the time and the pid',
      async (sight) => awaitText(file(sight), /^at \d\d:\d\d \[\d+\] \| hello\n$/),
    ),
    rotate_when: observed(
      `${always}\nSTREAM.class = TimedRotatingFileStream\nSTREAM.filename = FILE\nSTREAM.rotate_when = S`,
      "a file with the second's beginning in its name",
      async (sight) => assert.match((await rotated(file(sight), 1))[0] ?? '', /^\d{14}$/),
    ),
    rotate_interval: observed(
      `${always}\nSTREAM.class = TimedRotatingFileStream\nSTREAM.filename = FILE\nSTREAM.rotate_when = S\nSTREAM.rotate_interval = 2`,
      'files are two seconds apart, or more',
      async (sight) => {
        const [one = '', two = ''] = await rotated(file(sight), 2);
        assert.ok(periodStart(two) - periodStart(one) >= 2_000, `${one} ${two}`);
      },
    ),
    utc: observed(
      `${always}\nSTREAM.class = TimedRotatingFileStream\nSTREAM.filename = FILE\nSTREAM.rotate_when = S\nSTREAM.utc = True`,
      'the time in names is not that of the place',
      async (sight) => {
        const [name = ''] = await rotated(file(sight), 1);
        assert.ok(Math.abs(Date.now() - periodStart(name)) < 600_000, name);
      },
    ),
    color: observed(
      `${once}\nSTREAM.class = FancyStdoutStream\nSTREAM.color = ${stream === 'stdout' ? 'cyan' : 'red'}`,
      "the colour in circusd's output",
      async ({ daemon }) => {
        const sequence = `\x1b[0;3${stream === 'stdout' ? 6 : 1};40m`;
        await until('colour', () => daemon.program.stdout.includes(sequence));
      },
    ),
    on_full: observed(
      `cmd = REPORT\nSTREAM.filename = FILE\nSTREAM.on_full = block`,
      'its process has a pipe, which circusd reads, and not the file',
      async ({ report }) => {
        assert.match((await report()).fds[stream === 'stdout' ? '1' : '2'] ?? '', /^pipe:/);
      },
    ),
    refresh_time: noEffect(
      'output is passed on at once',
      `${once}\nSTREAM.filename = FILE\nSTREAM.refresh_time = 0.3`,
    ),
  };
  return Object.entries(rows).map(([key, row]) => {
    const name = `${stream}_stream.${key}`;
    const tried = row.tried
      .replaceAll('STREAM', `${stream}_stream`)
      .replaceAll('FILE', `OUT/${name}.log`);
    return [name, { ...row, tried }];
  });
}

/** The keys of both outputs. */
export const streamObservations: Rows = Object.fromEntries(['stdout', 'stderr'].flatMap(keyRows));

const classRow = (
  name: string,
  options: string,
  seen: string,
  look: (sight: Sight) => Promise<void>,
  written = name,
): [string, Row] => {
  const tried = `stdout_stream.class = ${written}\n${options}`.replaceAll(
    /FILE$/gm,
    `OUT/${name}.log`,
  );
  return [name, observed(tried.trim(), seen, look)];
};

const text = `cmd = /bin/sh -c 'echo this is $0; exec sleep 600' NAME`;

/** Every class; a watcher of its name writes a line with that name, or many. */
export const streamClassObservations: Rows = Object.fromEntries([
  classRow('FileStream', `${text}\nstdout_stream.filename = FILE`, 'in the file', async (sight) => {
    await awaitText(file(sight), /^this is FileStream\n$/);
  }),
  classRow(
    'WatchedFileStream',
    `${always}\nstdout_stream.filename = FILE`,
    'in the file, and in a new one when it was renamed',
    async (sight) => {
      await awaitText(file(sight), /hello/);
      renameSync(file(sight), `${file(sight)}.old`);
      await awaitText(file(sight), /^hello/);
    },
  ),
  classRow(
    'TimedRotatingFileStream',
    `${always}\nstdout_stream.filename = FILE\nstdout_stream.rotate_when = S`,
    'in the file and those of seconds before',
    async (sight) => {
      const [name] = await rotated(file(sight), 1);
      await awaitText(`${file(sight)}.${name}`, /hello/);
    },
  ),
  classRow('StdoutStream', text, "in circusd's output", async ({ daemon }) => {
    await until('the line', () => daemon.program.stdout.includes('this is StdoutStream\n'));
  }),
  classRow('FancyStdoutStream', text, 'the same with colour, time and pid', async ({ daemon }) => {
    const line = /\[0;3\d;40m[-\d]+ [:\d]+ \[\d+\] \| this is FancyStdoutStream.\[0m\n/;
    await until('the line', () => line.test(daemon.program.stdout));
  }),
  classRow('JsonStream', text, 'an object for each line', async ({ daemon, name }) => {
    const lines = (): string[] => daemon.program.stdout.split('\n').filter((one) => /^{/.test(one));
    const isOurs = (line: string): boolean => JSON.parse(line).message === 'this is JsonStream';
    const line = await until('the object', () => lines().find(isOurs));
    assert.equal(JSON.parse(line ?? '').watcher, name);
  }),
  classRow('QueueStream', text, 'its process has a pipe, nobody else its line', async (sight) => {
    const [pid] = await sight.daemon.running(sight.name, 1);
    assert.match(readlinkSync(`/proc/${pid}/fd/1`), /^pipe:/);
    assert.doesNotMatch(sight.daemon.program.stdout + sight.daemon.log, /this is QueueStream/);
  }),
  classRow(
    'exec:COMMAND',
    text,
    'the program, which writes down what it is given, has got it',
    async (sight) => awaitText(file(sight), /^this is exec:COMMAND\n$/),
    'exec:exec PYTHON TAKE FILE',
  ),
  classRow(
    'FILE.mjs#CLASS',
    `${text}\nstdout_stream.file = FILE`,
    "the class's `write` is given it, and the option `file`",
    async (sight) => awaitText(file(sight), /^this is FILE.mjs#CLASS\n$/),
    'FOLDER/stream.mjs#ToFile',
  ),
]);

/** The class of the last row. */
export const streamClassModule = `import { appendFileSync } from 'node:fs';
export class ToFile {
  constructor({ file }) { this.file = file; }
  write({ data }) { appendFileSync(this.file, data); }
}
`;
