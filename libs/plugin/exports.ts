/** `circus-node/plugin`: what a plugin in JavaScript or TypeScript imports. It loads nothing else. */
export {
  boolean,
  choice,
  defineOptions,
  integer,
  number,
  type OptionValues,
  seconds,
  string,
  words,
} from '#libs/options';
export type { Json, JsonObject } from '#libs/protocol';
export {
  CircusPlugin,
  type EventData,
  type PluginContext,
  type PluginLog,
  type SplitEvent,
} from './circus-plugin.ts';
