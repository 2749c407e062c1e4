/** Replies for people at a terminal; what has no table is printed as it always is. */
import type { CircusClient } from '#libs/client';
import type { Command, CommandLine } from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import type { Look } from './look.ts';
import { drawStatus } from './status-table.ts';
import { type Cell, drawTable } from './table.ts';
import { lookAtWatchers } from './watcher-sight.ts';

/** The reply as it is shown; `status` asks for the processes too. */
export async function drawReply(
  command: Command,
  { words: [name] }: CommandLine,
  reply: JsonObject,
  { client, look }: { client: CircusClient; look: Look },
): Promise<string> {
  if (command.name === 'status') {
    const wanted = (key: string) => name === undefined || key === name.toLowerCase();
    return drawStatus(await lookAtWatchers(client, wanted), look);
  }
  const table = command.toTable?.(reply);
  if (table === undefined) return command.print(reply);
  const { columns, rows } = table;
  const isQuiet = columns.at(-1) === 'origin';
  return drawTable(columns, isQuiet ? rows.map(dimDefaults) : rows, look);
}

/** In `config` what somebody has set stands out. */
function dimDefaults(row: readonly string[]): Cell[] {
  if (row.at(-1) === 'default') return row.map((text) => ({ text, tone: 'quiet' }));
  return row.map((text, place) => (place === 0 ? { text, tone: 'strong' } : text));
}
