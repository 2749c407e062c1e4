import { catalog } from './catalog.ts';
import type { Command } from './command.ts';

const byName = new Map(catalog.map((command) => [command.name, command]));

/** The command of that name, in lower case; the wire lowers it first, the command line does not. */
export function findCommand(name: string): Command | undefined {
  return byName.get(name);
}

/** The command that a word on the command line means: its name, or its alias. */
export function findTypedCommand(word: string): Command | undefined {
  return byName.get(word) ?? catalog.find(({ alias }) => alias === word);
}
