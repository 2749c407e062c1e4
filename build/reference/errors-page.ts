/** docs/reference/errors.md: error codes of the wire and exit codes of the programs. */
import { errorTable } from '#libs/protocol';
import { code, json, pageHead, table } from './markdown.ts';
import type { ProgramManual } from './program-manual.ts';
import { manuals } from './programs.ts';
import { sampleTime } from './sample-daemon.ts';

/** The whole page. */
export function errorsPage(version: string): string {
  return [
    pageHead('Errors', 'libs/protocol/errors.ts and services/*/manual.ts'),
    introduction,
    json(sample),
    `For programs the number is what counts, and it is the one that clients of the original Circus know.
\`reason\` is for people: its wording may get better, except where the original's clients match it. \`tb\`
is always null: what went wrong inside circusd is in its log.`,
    '## On the wire',
    errorRows(),
    `A code is the name of an error in the sources and logs of circusd; several have the same number.`,
    '## Reasons that do not change',
    table(['Reason', 'errno'], stableReasons),
    '## Exit codes',
    ...Object.values(manuals).map((manual) => exitCodes(manual(version))),
    '',
  ].join('\n\n');
}

const introduction = `A request that circusd cannot carry out is answered with

`.trimEnd();

const sample = {
  status: 'error',
  time: sampleTime,
  reason: 'program wbe not found',
  errno: errorTable.not_found.errno,
  tb: null,
  id: '9347636f53c0460b9116a4c9f80ef128',
};

/** What scripts around the original look for (protocol 1.4). */
const stableReasons = [
  ['`json invalid`', '1'],
  ["`unknown command: 'nope'`", '2'],
  ["`message invalid 'name' is missing`", '3'],
  ['`program NAME not found`', '3'],
  ["`unknown key 'zork'`", '3'],
  [
    "`'numprocesses' isn't an integer`, `'shell' isn't a valid boolean` and others of this form",
    '3',
  ],
];

function errorRows(): string {
  const rows = Object.entries(errorTable).map(([name, { errno, meaning }]) => {
    return [String(errno), code(name), meaning];
  });
  return table(['errno', 'Code', 'Meaning'], rows);
}

function exitCodes({ name, sections }: ProgramManual): string {
  const rows = sections.find(({ title }) => title === 'Exit status')?.rows ?? [];
  return `**${name}**\n\n${table(
    ['Code', 'Meaning'],
    rows.map(([exitCode, meaning]) => [String(exitCode), meaning]),
  )}`;
}
