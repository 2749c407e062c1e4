/** What commands need of the watcher's options, whose one table is in libs/config. */
import type { Json } from '#libs/protocol';

/**
 * A value typed for a watcher's option, as it goes on the wire: `"3"` of numprocesses is 3, `"A=1"`
 * of env is `{A: "1"}` (protocol 2.4, column "CLI conversion"). A name that the table does not know
 * is a free-form option: its text.
 *
 * @throws UsageError the text has not the form that the option wants
 */
export type ParseOptionWord = (name: string, text: string) => Json;
