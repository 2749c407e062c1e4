/** The blocks of code of a Markdown file. */

/** One block. */
export interface FencedBlock {
  /** The first word after the fence; empty when there is none. */
  readonly language: string;
  /** Words after it. */
  readonly words: readonly string[];
  readonly lines: readonly string[];
  /** Of the fence, from 1. */
  readonly line: number;
}

/** All blocks between fences of three back-quotes, in order. */
export function readBlocks(markdown: string): FencedBlock[] {
  const blocks: FencedBlock[] = [];
  const lines = markdown.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const [, info] = /^```(.*)$/.exec(lines[at] ?? '') ?? [];
    if (info === undefined) continue;
    const end = lines.indexOf('```', at + 1);
    if (end === -1) throw new Error(`the block at line ${at + 1} does not end`);
    const [language = '', ...words] = info.trim().split(/\s+/);
    blocks.push({ language, words, lines: lines.slice(at + 1, end), line: at + 1 });
    at = end;
  }
  return blocks;
}

/** A command that was typed after a `$`, and what it printed. */
export interface TypedCommand {
  readonly command: string;
  readonly output: readonly string[];
}

/** The commands of a console block; output before the first `$` is that of an earlier command. */
export function readCommands({ lines }: FencedBlock): TypedCommand[] {
  const commands: { command: string; output: string[] }[] = [];
  for (const line of lines) {
    if (line.startsWith('$ ')) commands.push({ command: line.slice(2), output: [] });
    else commands.at(-1)?.output.push(line);
  }
  return commands;
}
