/** docs/reference/options.md: every option of a configuration file, from the option tables. */
import { readFileSync } from 'node:fs';
import type { OptionFamily } from '#libs/config';
import type { OptionKind, OptionRow } from '#libs/options';
import type { Json } from '#libs/protocol';
import { code, pageHead, table } from './markdown.ts';
import { type ConfigSection, sections } from './sections.ts';

/** The whole page. */
export function optionsPage(): string {
  const template = readFileSync('build/reference/options.md', 'utf8').trimEnd();
  return [
    pageHead('Options', 'the option tables of libs/config'),
    template
      .replace('{{sections}}', () => sections.map(sectionPart).join('\n\n'))
      .replace('{{kinds}}', () => kindTable()),
    '',
  ].join('\n\n');
}

const settingHint = `\`circusctl set\` changes an option of a running watcher. *When set* says what that
does: *reload* replaces the processes gracefully, *stream* replaces the output stream at once. Without a
word the new value holds from now on, and processes are started or stopped where it asks for that.`;

function sectionPart(section: ConfigSection): string {
  const { name, doc, table: rows, families, others } = section;
  const live = rows.filter((row) => !row.isIgnored);
  const ignored = rows.filter((row) => row.isIgnored);
  return [
    `## [${name}]`,
    doc,
    section.isSettable ? settingHint : '',
    optionTable(section, live),
    ...families.map(familyPart),
    others,
    ignored.length === 0
      ? ''
      : `**Accepted without effect**, so that old files can be read:\n\n${table(
          ['Option', 'Type', 'Why'],
          ignored.map((row) => [code(row.name), typeOf(row.kind), row.doc]),
        )}`,
  ]
    .filter(Boolean)
    .join('\n\n');
}

function optionTable({ isSettable }: ConfigSection, rows: readonly OptionRow[]): string {
  return table(
    ['Option', 'Type', 'Default', 'What it is', 'When set', 'Manual'],
    rows.map((row) => [
      code(row.name),
      [typeOf(row.kind), rangeOf(row)].filter(Boolean).join(', '),
      code(defaultOf(row)),
      row.doc,
      isSettable && row.effect !== 'manage' ? (row.effect ?? '') : '',
      row.manual === '-' ? '' : row.manual,
    ]),
  );
}

/** A default as it would stand in the file; empty when there is none. */
export function defaultOf({ kind, default: value }: OptionRow): string {
  return value === null ? '' : kind.print(value);
}

/** The type of an option in a word or two. */
export function typeOf({ name, jsonSchema }: OptionKind<Json>): string {
  const { enum: choices } = jsonSchema;
  if (!Array.isArray(choices)) return name;
  return choices.map((choice) => code(String(choice))).join(', ');
}

/** The unit, and what values are right. */
export function rangeOf({ kind, unit, minimum, maximum, clampsOnWire }: OptionRow): string {
  const show = (value: number) => kind.print(value);
  const parts = [unit === kind.name ? undefined : unit];
  if (clampsOnWire && minimum !== undefined) parts.push(`never below ${show(minimum)}`);
  else if (minimum !== undefined && maximum !== undefined)
    parts.push(`${show(minimum)} to ${show(maximum)}`);
  else if (minimum !== undefined) parts.push(`${show(minimum)} or more`);
  else if (maximum !== undefined) parts.push(`${show(maximum)} or less`);
  return parts.filter(Boolean).join(', ');
}

function familyPart({ spelling, kind, doc, manual, effect, members }: OptionFamily): string {
  const word = /[A-Z]+$/.exec(spelling)?.[0] ?? '';
  const facts = [
    kind,
    effect === 'manage' ? '' : `when set: ${effect}`,
    manual === '-' ? '' : `manual ${manual}`,
  ];
  const about = `(${facts.filter(Boolean).join('; ')})`;
  const rows = Object.entries(members).map(([name, text]) => [
    code(spelling.replace(word, name)),
    text,
  ]);
  return [`### ${spelling}`, `${doc} ${about}`, table(['Option', 'What it is'], rows)].join('\n\n');
}

function kindTable(): string {
  const kinds = new Map<string, OptionKind<Json>>();
  for (const { table: rows } of sections) {
    for (const { kind } of rows) if (!('enum' in kind.jsonSchema)) kinds.set(kind.name, kind);
  }
  const rows = [...kinds.values()].map(({ name, form, jsonSchema }) => {
    const { type } = jsonSchema;
    return [name, form, Array.isArray(type) ? type.join(' or ') : String(type)];
  });
  return table(
    ['Type', 'In a file', 'In JSON'],
    rows.sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
  );
}
