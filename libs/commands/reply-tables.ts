/** Tables that several commands share. */
import { printWatcherOption } from '#libs/config';
import { printValue } from '#libs/options';
import { isJsonObject, type Json } from '#libs/protocol';
import type { ReplyTable } from './command.ts';

/** One value a row; `undefined` when it is no list. */
export function toColumn(title: string, items: Json | undefined): ReplyTable | undefined {
  if (!Array.isArray(items)) return undefined;
  return { columns: [title], rows: items.map((item) => [printValue(item)]) };
}

/** One option a row, as `printOptions` prints it. */
export function toOptionTable(options: Json | undefined): ReplyTable | undefined {
  if (!isJsonObject(options)) return undefined;
  const rows = Object.entries(options).map(([name, value]) => {
    return [name, printWatcherOption(name, value)];
  });
  return { columns: ['option', 'value'], rows };
}
