import type { Command } from '#libs/commands';
import { suggestName } from '#libs/options';
import { MisuseError } from './mistakes.ts';
import type { ParsedWords } from './parse-words.ts';
import type { ColourChoice, Settings } from './settings.ts';
import { withSuggestion } from './suggestion.ts';

const colourChoices: readonly ColourChoice[] = ['auto', 'always', 'never'];

/**
 * What was typed over what holds without it.
 *
 * @throws MisuseError a value of a wrong form
 */
export function readSettings(
  values: ParsedWords['values'],
  before: Settings,
  command?: Command,
): Settings {
  const { endpoint, timeout, color, json, prettify, strict } = values;
  return {
    endpoint: typeof endpoint === 'string' ? endpoint : before.endpoint,
    timeoutMs: typeof timeout === 'string' ? readSeconds(timeout, command) : before.timeoutMs,
    json: json === true || before.json,
    prettify: prettify === true || before.prettify,
    strict: strict === true || before.strict,
    colour: typeof color === 'string' ? readColour(color, command) : before.colour,
  };
}

function readSeconds(text: string, command?: Command): number {
  const seconds = Number(text);
  if (text.trim() !== '' && seconds > 0) return seconds * 1000;
  throw new MisuseError(`--timeout should be a number of seconds above 0, not '${text}'`, command);
}

function readColour(text: string, command?: Command): ColourChoice {
  const choice = colourChoices.find((name) => name === text);
  if (choice !== undefined) return choice;
  const message = `--color should be one of ${colourChoices.join(', ')}, not '${text}'`;
  throw new MisuseError(withSuggestion(message, suggestName(text, colourChoices)), command);
}
