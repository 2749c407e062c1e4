/** Commands whose work outlives the daemon that has answered. */
import { setTimeout as delay } from 'node:timers/promises';
import { type CircusClient, ReplyError, TimeoutError } from '#libs/client';
import type { Command } from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import type { Settings } from './settings.ts';

/** For the reply, and again for all that follows. */
const longestMs = 30_000;

/** A question may be lost with the connection that it was sent on; it is asked again so soon. */
const answerMs = 500;
const askEveryMs = 20;

/**
 * Sends a command and follows its work.
 *
 * @throws ReplyError, TimeoutError
 */
export async function callAndFollow(
  client: CircusClient,
  command: Command,
  properties: JsonObject,
  { timeoutMs = longestMs }: Pick<Settings, 'timeoutMs'>,
): Promise<JsonObject> {
  const reply = await client.call(command.name, properties, { timeoutMs });
  const deadline = performance.now() + timeoutMs;
  const ask = async (name: string): Promise<JsonObject> => {
    while (true) {
      await delay(askEveryMs);
      try {
        return await client.call(name, {}, { timeoutMs: answerMs });
      } catch (error) {
        if (!(error instanceof TimeoutError) || performance.now() > deadline) throw error;
      }
    }
  };
  const last = (await command.follow?.(reply, ask)) ?? reply;
  if (last['status'] === 'error') throw new ReplyError(last);
  return last;
}
