/** docs/man: a page for each program, and circus.ini(5). */
import type { OptionFamily } from '#libs/config';
import type { OptionRow } from '#libs/options';
import { defaultOf, rangeOf, typeOf } from './options-page.ts';
import type { CommandManual, ProgramManual } from './program-manual.ts';
import * as roff from './roff.ts';
import { pluginKeys, sections } from './sections.ts';

/** The page of a program. */
export function programPage(manual: ProgramManual, version: string): string {
  const { name, summary, synopsis, description, options, commands = [], seeAlso } = manual;
  const lines = [
    roff.title(name, 1, version),
    roff.heading('Name'),
    `${name} \\- ${summary}`,
    roff.heading('Synopsis'),
    ...synopsis.map((rest) => roff.synopsis(name, rest)),
    roff.heading('Description'),
    roff.text(description),
    roff.heading('Options'),
    ...options.map(({ spelling, doc }) => roff.entry(spelling, doc)),
    ...(commands.length > 0 ? [roff.heading('Commands')] : []),
    ...commands.flatMap(commandPart),
    ...manual.sections.flatMap(({ title, rows }) => [
      roff.heading(title),
      ...rows.map(([term, text]) => roff.entry(String(term), text)),
    ]),
    ...seeAlsoPart(seeAlso),
  ];
  return `${lines.join('\n')}\n`;
}

function commandPart({ title, usage, text, options, examples }: CommandManual): string[] {
  return [
    roff.subheading(title),
    roff.verbatim([usage]),
    roff.text(text),
    ...options.map(({ spelling, doc }) => roff.entry(spelling, doc)),
    ...(examples.length > 0 ? [roff.text('Examples:'), roff.verbatim(examples)] : []),
  ];
}

/** circus.ini(5), from the option tables. */
export function configurationPage(version: string): string {
  const lines = [
    roff.title('circus.ini', 5, version),
    roff.heading('Name'),
    'circus.ini \\- configuration of circusd',
    roff.heading('Description'),
    roff.text(description),
    roff.verbatim(sample),
    ...sections.flatMap(({ name, doc, table, families, isSettable, others }) => [
      roff.heading(`[${name}]`),
      roff.text(plain(doc)),
      ...(isSettable ? [roff.text(setting)] : []),
      ...(table as readonly OptionRow[]).map(optionEntry),
      ...families.flatMap(familyEntries),
      roff.text(plain(others)),
    ]),
    roff.heading('[plugin:NAME]'),
    ...pluginKeys.map(({ name, doc }) => roff.entry(name, doc)),
    roff.heading('[env], [env:NAMES]'),
    roff.text(environment),
    roff.heading('Variables'),
    roff.text(variables),
    ...seeAlsoPart(['circusd(1)', 'circusctl(1)']),
  ];
  return `${lines.join('\n')}\n`;
}

const description = `The file has sections, and in them lines of the form \`key = value\`. Lines that
begin with \`;\` or \`#\` are comments, and so is what follows white space and \`;\`. A line that begins with
white space goes on with the value before it. Options are found in any case; the first value of an
option holds. A file with a fault starts nothing; \`circusd --check\` tells all faults.`;

const sample = [
  '[circus]',
  'check_delay = 5',
  'include = conf.d/*.ini',
  '',
  '[watcher:web]',
  'cmd = python3 -m http.server 8000',
  'numprocesses = 2',
];

const setting = `What \`circusctl set\` of an option does to running processes stands in brackets:
\`when set: reload\` replaces them gracefully, \`when set: stream\` replaces their output stream.`;

const environment = `Variables of the environment of every process, or of the watchers whose names match
one of NAMES: shell patterns, separated by commas. \`$NAME\` in a value is a variable of circusd's own
environment. Later sections win.`;

const variables = `\`$(circus.env.NAME)\` in any value is a variable of the environment. In \`cmd\`, \`args\`
and \`shell_args\` there are also \`$(circus.wid)\`, the number of the process within its watcher,
\`$(circus.sockets.NAME)\`, the descriptor of a managed socket, and \`$(circus.OPTION)\`, an option of the
watcher. What is not known is left as it stands.`;

function optionEntry(row: OptionRow): string {
  const value = defaultOf(row);
  const facts = [
    plain(typeOf(row.kind)),
    rangeOf(row),
    value === '' ? '' : `default ${value}`,
    row.effect === undefined || row.effect === 'manage' ? '' : `when set: ${row.effect}`,
    row.isIgnored ? 'accepted without effect' : '',
  ];
  return roff.entry(row.name, `${row.doc} (${facts.filter(Boolean).join('; ')})`);
}

function familyEntries({ spelling, doc, members }: OptionFamily): string[] {
  const rows = Object.entries(members).map(([name, text]) => roff.entry(name, text));
  return [roff.entry(spelling, doc), '.RS', ...rows, '.RE'];
}

function seeAlsoPart(names: readonly string[]): string[] {
  return [roff.heading('See also'), names.map((name) => roff.inline(`\`${name}\``)).join(',\n')];
}

/** Without the stars of Markdown. */
function plain(text: string): string {
  return text.replaceAll(/\*+([^*]+)\*+/g, '$1');
}
