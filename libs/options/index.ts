/** The option-table engine: one row an option, and all that follows from it. */
export { type OptionKind, quoteName } from './kind.ts';
export {
  boolean,
  choice,
  commandArguments,
  integer,
  number,
  octal,
  pairs,
  seconds,
  signal,
  string,
  user,
  words,
} from './kinds.ts';
export { printPairs, printValue } from './print.ts';
export { pythonRepr } from './python-text.ts';
export { suggestName } from './suggest.ts';
export {
  checkOption,
  defaultValues,
  defineOptions,
  findOption,
  type OptionEffect,
  type OptionRow,
  type OptionTable,
  type OptionValues,
  optionSchema,
  parseOption,
  printOption,
  tableSchema,
  withDefaults,
} from './table.ts';
