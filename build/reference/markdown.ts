/** Pieces of Markdown. */

/** The first lines of every generated page. */
export function pageHead(title: string, source: string): string {
  return `<!-- Generated from ${source} by \`npm run generate\`; never edited. -->\n\n# ${title}`;
}

/** A table; columns that are empty in every row are left out. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const used = [...titles.keys()].filter((column) => rows.some((row) => row[column]));
  if (rows.length === 0) return '';
  const line = (cells: readonly string[]) =>
    `| ${used.map((column) => cells[column] ?? '').join(' | ')} |`;
  const ruler = line(titles.map(() => '---'));
  return [line(titles), ruler, ...rows.map((row) => line(row.map(toCell)))].join('\n');
}

function toCell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
}

/** Code between back-quotes; empty for an empty text. */
export function code(text: string): string {
  if (text === '') return '';
  return text.includes('`') ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** A block of code. */
export function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** A value as indented JSON in a block. */
export function json(value: unknown): string {
  return fenced('json', compactJson(value));
}

/** Indented JSON whose short lists and objects stay on one line. */
export function compactJson(value: unknown, indent = ''): string {
  const short = shortJson(value);
  if (short.length + indent.length <= 96 || typeof value !== 'object' || value === null)
    return short;
  const inner = `${indent}  `;
  const isList = Array.isArray(value);
  const items = isList
    ? value.map((item) => compactJson(item, inner))
    : Object.entries(value).map(
        ([key, item]) => `${JSON.stringify(key)}: ${compactJson(item, inner)}`,
      );
  const [open, close] = isList ? '[]' : '{}';
  return `${open}\n${items.map((item) => inner + item).join(',\n')}\n${indent}${close}`;
}

function shortJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(shortJson).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${shortJson(item)}`,
  );
  return `{${members.join(', ')}}`;
}

/** Text of commands and options as Markdown: indented lines are a block, `<` is no tag. */
export function prose(text: string): string {
  return paragraphs(text)
    .map(({ isVerbatim, lines }) =>
      isVerbatim ? fenced('text', lines.join('\n')) : lines.map(escapeTags).join('\n'),
    )
    .join('\n\n');
}

/** One block of a text. */
export interface Paragraph {
  readonly isVerbatim: boolean;
  readonly lines: readonly string[];
}

/** Parts a text at its empty lines; a block whose lines are all indented is verbatim. */
export function paragraphs(text: string): Paragraph[] {
  return text.split(/\n{2,}/).map((block) => {
    const lines = block.split('\n');
    const isVerbatim = lines.every((line) => line.startsWith('  '));
    return { isVerbatim, lines: isVerbatim ? lines.map((line) => line.slice(2)) : lines };
  });
}

/** Escapes what would be a tag, outside back-quotes. */
function escapeTags(line: string): string {
  return line
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('');
}
