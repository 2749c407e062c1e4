/** The commands of circusd and circusctl: one file each in catalog/, and what carries them out. */
export { catalog } from './catalog.ts';
export type { Ask, ClientSide } from './client-side.ts';
export {
  type Command,
  type CommandFlag,
  type CommandLine,
  type PropertyKind,
  type ReplyTable,
  UsageError,
  type WatcherGoal,
} from './command.ts';
export { checkWordCount, flagsOf, propertiesOf } from './command-line.ts';
export { answerParked, type DispatchLog, dispatch, type ParkedRequest } from './dispatch.ts';
export { findCommand, findTypedCommand } from './find-command.ts';
export { LogFollower } from './log-follower.ts';
export { inOrder, type LogLine, logLines, printLogLine } from './log-lines.ts';
export { manualPage, usageLine } from './manual-page.ts';
export { propertyKinds } from './properties.ts';
export { nameMatcher } from './select.ts';
export { twoColumns } from './two-columns.ts';
export { readUsage } from './usage.ts';
