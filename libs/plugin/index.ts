/** Plugins: the class to extend (manual 5.10), the kinds of its options, and what runs one. */
export {
  CircusPlugin,
  type EventData,
  type PluginContext,
  type PluginLog,
  type SplitEvent,
} from './circus-plugin.ts';
export { decodePluginConfig } from './decode-config.ts';
export { listUnknownOptions, PluginOptionsError, readPluginOptions } from './plugin-options.ts';
export { type PluginClass, PluginRun, type PluginSettings } from './run-plugin.ts';
