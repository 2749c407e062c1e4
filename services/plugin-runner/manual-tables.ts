/** What `--help`, the manual page and the reference tell of circus-plugin beside its flags. */

/** Exit codes of circus-plugin. */
export const exitCodes = { ok: 0, failed: 1, badFlag: 2 } as const;

/** What each means, for whoever runs it. */
export const exitMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.ok, 'ended as asked'],
  [
    exitCodes.failed,
    'the plugin cannot be loaded, has wrong options, has failed, or was found wrong by --check',
  ],
  [exitCodes.badFlag, 'an unknown flag, or a wrong value of one'],
];

/** Variables that circusd gives to every plugin, and that stand in for flags. */
export const variables: readonly (readonly [name: string, meaning: string])[] = [
  ['CIRCUS_ENDPOINT', 'where circusd takes commands'],
  ['CIRCUS_PUBSUB_ENDPOINT', 'where it publishes events'],
  ['CIRCUS_STATS_ENDPOINT', 'where circusd-stats publishes, when there is one'],
  ['CIRCUS_PLUGIN_NAME', 'the NAME of the section [plugin:NAME]'],
  ['CIRCUS_PLUGIN_CONFIG', 'the other keys of the section, a JSON object of strings'],
];

/** Lines to try, and what they do. */
export const examples: readonly (readonly [line: string, meaning: string])[] = [
  ['circus-plugin circus.plugins.flapping.Flapping', 'stop watchers that keep crashing'],
  ['circus-plugin --config filename:events.log ./logger.js#Logger', 'a class of your own'],
  ["circus-plugin --check 'python3 logger.py'", 'what a plugin does wrong'],
];
