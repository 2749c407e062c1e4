import type { Controller, Json, Operation, ReplyBody } from '#libs/protocol';
import type { Command, KindTypes, Property, PropertyTable } from './command.ts';
import { lineToProperties } from './line-to-properties.ts';
import { printOk, printReason } from './print-reply.ts';

/** Names of the properties that are always there after checking. */
type Certain<T extends PropertyTable> = {
  [K in keyof T]: T[K] extends { required: true } | { default: Json } ? K : never;
}[keyof T];

type Value<P extends Property> = KindTypes[P['kind']];

/** The properties of a table after checking, each with the type of its kind. */
type Checked<T extends PropertyTable> = {
  readonly [K in Certain<T>]: Value<T[K]>;
} & {
  readonly [K in Exclude<keyof T, Certain<T>>]?: Value<T[K]>;
};

type Defaulted = 'canWait' | 'isReadOnly' | 'flags' | 'toProperties' | 'print' | 'printError';

type Definition<T extends PropertyTable> = Omit<Command, Defaulted | 'properties' | 'execute'> &
  Partial<Pick<Command, Defaulted>> & {
    readonly properties: T;
    execute(
      controller: Controller,
      properties: Checked<T>,
      catalog: readonly Command[],
    ): ReplyBody | Operation | Promise<ReplyBody>;
  };

/**
 * Makes a command out of what is particular to it. Unless said otherwise it cannot be waited for,
 * changes something, has no flags, prints `ok` or `error: <reason>`, and its words and flags are the
 * properties that `usage` and `flags` name.
 */
export function defineCommand<const T extends PropertyTable>(definition: Definition<T>): Command {
  const { usage, properties } = definition;
  return {
    canWait: false,
    isReadOnly: false,
    flags: [],
    toProperties: (line) => lineToProperties(usage, properties, line),
    print: printOk,
    printError: printReason,
    ...definition,
  };
}
