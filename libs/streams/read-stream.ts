/** From the options of a configuration to a stream class and its values. */
import {
  findOption,
  type OptionTable,
  type OptionValues,
  parseOption,
  suggestName,
  withDefaults,
} from '#libs/options';
import { CircusError, type Json, messageOf } from '#libs/protocol';
import { streamClasses } from './catalog.ts';
import type { FullPolicy } from './output-stream.ts';
import type { StreamClass, StreamContext, StreamPlan } from './stream-class.ts';
import { findUserStream } from './user-stream.ts';

/** Options as texts, `class` among them when it is given. */
export type StreamTexts = Readonly<Record<string, string>>;

/** What is wrong with one option. */
export interface StreamProblem {
  readonly key: string;
  readonly message: string;
}

/** All that is wrong, as far as can be told without opening anything. */
export function findStreamProblems(texts: StreamTexts): StreamProblem[] {
  return read(texts).problems;
}

/**
 * What becomes of the output.
 *
 * @throws CircusError `invalid_message` with every problem
 */
export function planStream(
  texts: StreamTexts,
  context: StreamContext,
): { plan: StreamPlan; policy: FullPolicy } {
  const { stream, values, problems } = read(texts);
  if (stream === undefined || problems.length > 0) {
    const reasons = problems.map(
      ({ key, message }) => `${context.stream}_stream.${key} ${message}`,
    );
    throw new CircusError('invalid_message', reasons.join('; '));
  }
  const policy = (values as { readonly on_full?: Json }).on_full === 'drop' ? 'drop' : 'block';
  return { plan: stream.plan(values, context), policy };
}

interface Reading {
  readonly stream: StreamClass | undefined;
  readonly values: OptionValues<OptionTable>;
  readonly problems: StreamProblem[];
}

function read({ class: name = 'FileStream', ...texts }: StreamTexts): Reading {
  const problems: StreamProblem[] = [];
  const stream = findClass(name, problems);
  if (stream === undefined) return { stream, values: {}, problems };
  const values = new Map<string, Json>();
  for (const [key, text] of Object.entries(texts)) {
    const row = findOption(stream.options, key);
    try {
      if (row !== undefined) values.set(row.name, parseOption(row, text));
      else if (stream.takesAny) values.set(key, text);
      else throw new Error(unknownOption(key, stream));
    } catch (error) {
      problems.push({ key, message: messageOf(error) });
    }
  }
  for (const key of stream.required) {
    if (!values.has(key) && !problems.some((problem) => problem.key === key)) {
      problems.push({ key: 'class', message: `${stream.name} needs ${key}` });
    }
  }
  const complete = withDefaults(stream.options, values);
  const own = stream.takesAny ? Object.fromEntries(values) : {};
  return { stream, values: { ...own, ...complete }, problems };
}

function findClass(name: string, problems: StreamProblem[]): StreamClass | undefined {
  const builtIn = streamClasses.find((candidate) => candidate.name === name);
  if (builtIn !== undefined) return builtIn;
  try {
    const own = findUserStream(name);
    if (own === undefined) throw new Error(classProblem(name));
    return own;
  } catch (error) {
    problems.push({
      key: 'class',
      message: messageOf(error),
    });
    return undefined;
  }
}

function classProblem(name: string): string {
  const names = streamClasses.map((stream) => stream.name);
  if (/[./#:]/.test(name)) {
    return `is none of ${names.join(', ')}; write a class of your own as ./file.js#Class or exec:command`;
  }
  const suggestion = suggestName(name, names);
  const remedy =
    suggestion === undefined ? `use one of ${names.join(', ')}` : `did you mean ${suggestion}?`;
  return `there is no stream class ${name}: ${remedy}`;
}

function unknownOption(key: string, { name, options }: StreamClass): string {
  const names = options.map((row) => row.name);
  const suggestion = suggestName(key, names);
  const remedy =
    suggestion === undefined ? `it has ${names.join(', ')}` : `did you mean ${suggestion}?`;
  return `is no option of ${name}: ${remedy}`;
}
