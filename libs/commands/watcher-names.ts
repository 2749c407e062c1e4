/** The property `name` as commands take it. */

/** A command for one watcher. */
export const oneWatcher = {
  name: { kind: 'string', required: true, doc: 'The watcher, in any case.' },
} as const;

/** A command for one watcher or for all. */
export const oneOrAllWatchers = {
  name: { kind: 'string', doc: 'The watcher, in any case; all watchers without it.' },
} as const;

/** A command for all watchers or for those that a pattern matches. */
export const matchingWatchers = {
  name: { kind: 'string', doc: 'A watcher, or a pattern of several; all watchers without it.' },
  match: {
    kind: 'string',
    default: 'glob',
    doc: 'How `name` is read: `glob` (shell pattern), `simple` (exact) or `regex` (from the start).',
  },
} as const;

/** The flag of commands that take patterns. */
export const matchFlag = {
  spelling: '--match <method>',
  doc: 'How the name is read: glob (default), simple or regex',
};
