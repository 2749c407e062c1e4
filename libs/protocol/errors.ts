/**
 * Every error that a peer can meet on the wire. A code is stable and for programs; `errno` is the
 * number that clients of the original know (protocol: errno table); the text is for people.
 */
export const errorTable = {
  invalid_json: { errno: 1, meaning: 'the request is not a JSON object in UTF-8' },
  unknown_command: { errno: 2, meaning: 'no command has that name' },
  invalid_message: { errno: 3, meaning: 'a property is missing or has a wrong type or value' },
  not_found: { errno: 3, meaning: 'no watcher, process, socket or option has that name' },
  os_error: { errno: 4, meaning: 'the operating system refused, the text says what' },
  already_exists: { errno: 5, meaning: 'a watcher of that name, in any case, exists already' },
  restarting: { errno: 5, meaning: 'the whole daemon is restarting, upgrading or ending' },
  internal: { errno: 5, meaning: 'a fault of circusd itself; its log has the details' },
  failed: { errno: 6, meaning: 'the command was accepted and its work has failed' },
} as const;

/** The stable name of a wire error. */
export type ErrorCode = keyof typeof errorTable;

/**
 * An error to be told to whoever sent the request. `message` becomes the reply's `reason`;
 * `cause` stays in circusd's log.
 */
export class CircusError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, reason: string, cause?: unknown) {
    super(reason, cause === undefined ? undefined : { cause });
    this.name = 'CircusError';
    this.code = code;
  }

  /** The number that goes on the wire beside `reason`. */
  get errno(): number {
    return errorTable[this.code].errno;
  }
}

/** The text of whatever was thrown, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** As `messageOf`, with the places in the code: for our own bugs alone. */
export function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
