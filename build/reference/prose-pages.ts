/** docs/reference/wire.md and glossary.md: written by hand, with what the code knows filled in. */
import { readFileSync } from 'node:fs';
import { type Command, catalog, findCommand } from '#libs/commands';
import { errorTable } from '#libs/protocol';
import { json, pageHead } from './markdown.ts';
import { sampleExchange } from './sample-exchange.ts';

/** The page of the envelope. */
export async function wirePage(): Promise<string> {
  const incr = findCommand('incr');
  if (incr === undefined) throw new Error('wire.md shows the command incr, which is no more');
  const { request, reply } = await sampleExchange(incr);
  return fill('The wire', 'wire', {
    request: json(request),
    reply: json(reply),
    waiting: links(catalog.filter(({ canWait }) => canWait)),
    reading: links(catalog.filter(({ isReadOnly }) => isReadOnly)),
    failed: String(errorTable.failed.errno),
    invalid_json: String(errorTable.invalid_json.errno),
  });
}

/** The page of the words. */
export function glossaryPage(): string {
  return fill('Glossary', 'glossary', {});
}

function fill(title: string, name: string, values: Readonly<Record<string, string>>): string {
  const file = `build/reference/${name}.md`;
  const template = readFileSync(file, 'utf8');
  const filled = template.replaceAll(/\{\{(\w+)\}\}/g, (_mark, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${file}: nothing is known of {{${key}}}`);
    return value;
  });
  return `${pageHead(title, file)}\n\n${filled}`;
}

function links(commands: readonly Command[]): string {
  return commands.map(({ name }) => `[${name}](commands.md#${name})`).join(', ');
}
