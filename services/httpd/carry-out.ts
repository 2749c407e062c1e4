/** A command of circusd, asked for over HTTP. */
import { type CircusClient, ReplyError, TimeoutError } from '#libs/client';
import { type Command, catalog } from '#libs/commands';
import type { Logger } from '#libs/logging';
import type { JsonObject } from '#libs/protocol';
import { AccessError } from './access/access-error.ts';
import type { Visitor } from './access/guard.ts';
import { maskEnvironment } from './mask-environment.ts';

/** A reload of many processes takes its time. */
const waitingMs = 3_600_000;
const patienceMs = 10_000;

/** Commands that circushttpd may be told not to pass on. */
const adding: readonly string[] = ['add'];

export interface CarryOutSettings {
  /** The daemon of this moment. */
  client(): CircusClient;
  readonly log: Logger;
  /** Whether watchers may be added. */
  readonly canAdd: boolean;
}

/**
 * The reply, with the environment masked. Commands that change something are written to the log with
 * who asked for them and what came of it.
 *
 * @throws AccessError there is no such command, or not for this visitor; circusd does not answer
 */
export async function carryOut(
  name: string,
  properties: JsonObject,
  visitor: Visitor,
  { client, log, canAdd }: CarryOutSettings,
): Promise<JsonObject> {
  const command = requireCommand(name);
  if (!command.isReadOnly && visitor.role !== 'admin') {
    audit(log, visitor, command, properties, 'refused');
    throw new AccessError(403, 'view_only', `${visitor.user} may look, not ${name}`);
  }
  if (!canAdd && adding.includes(name)) {
    throw new AccessError(403, 'switched_off', `${name} is switched off by --no-add`);
  }
  const timeoutMs = properties['waiting'] === true ? waitingMs : patienceMs;
  try {
    const reply = await client().call(name, properties, { timeoutMs });
    if (!command.isReadOnly) audit(log, visitor, command, properties, 'ok');
    return maskEnvironment(reply) as JsonObject;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (!command.isReadOnly) audit(log, visitor, command, properties, reason);
    if (error instanceof ReplyError) throw new AccessError(409, `errno_${error.errno}`, reason);
    if (error instanceof TimeoutError) throw new AccessError(504, 'no_answer', reason);
    throw error;
  }
}

/** @throws AccessError */
export function requireCommand(name: string): Command {
  const command = catalog.find((candidate) => candidate.name === name);
  if (command !== undefined) return command;
  throw new AccessError(404, 'no_command', `circusd has no command '${name}'`);
}

/** One line a change: who, from where it cannot be denied, what, and how it ended. */
function audit(
  log: Logger,
  { user, role }: Visitor,
  { name }: Command,
  properties: JsonObject,
  outcome: string,
): void {
  const what = JSON.stringify(maskEnvironment(properties));
  log.info(`audit: ${user} (${role}): ${name} ${what}: ${outcome}`);
}
