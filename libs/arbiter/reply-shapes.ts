/** What waiting clients are told of work that is finished, by names that can be written down. */
import type { JsonObject, ReplyBody } from '#libs/protocol';
import type { WaitResult } from '#libs/supervision';

const shapes = {
  nothing: () => ({}),
  started: ({ started, kept }) => ({ info: { started, kept } }),
  stopped: () => ({ info: null }),
  replaced: ({ started, stopped, kept }) => ({ info: { stopped, started, kept } }),
  added: ({ started, kept }) => ({ started, kept }),
} as const satisfies Record<string, (result: WaitResult) => ReplyBody>;

/** A form of reply (protocol 2.2). */
export type ReplyShape = keyof typeof shapes;

/** Work that a client waits for. The next program of this process can wait for it as well. */
export interface ParkedWork {
  /** Numbers of orders. */
  readonly waits: readonly number[];
  readonly shape: ReplyShape;
}

const noResult: WaitResult = { started: [], stopped: [], kept: [] };

/** The reply when all of the work is done, which fails with the first that fails. */
export async function replyOf(
  shape: ReplyShape,
  answers: readonly Promise<WaitResult>[],
): Promise<ReplyBody> {
  const all = Promise.all(answers);
  // A start that fails shows in status, events and log; to `add` it has not failed (protocol 2.3).
  const results = await (shape === 'added' ? all.catch(() => []) : all);
  return shapes[shape](results[0] ?? noResult);
}

/** @throws Error it was written by nobody who knows this version */
export function readParkedWork({ waits, shape }: JsonObject): ParkedWork {
  if (!Array.isArray(waits) || typeof shape !== 'string' || !(shape in shapes)) {
    throw new Error(`no work to wait for: ${JSON.stringify({ waits, shape })}`);
  }
  return { waits: waits.map(Number), shape: shape as ReplyShape };
}
