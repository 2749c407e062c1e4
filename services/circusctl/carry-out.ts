/** Sends the command and prints the answer. */
import {
  CircusClient,
  ClosedError,
  defaultEndpoint,
  EventSubscriber,
  ReplyError,
  reachableEndpoint,
  TimeoutError,
} from '#libs/client';
import {
  type ClientSide,
  type Command,
  checkWordCount,
  propertiesOf,
  UsageError,
} from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import type { CommandInvocation } from './invocation.ts';
import { lookOf } from './look.ts';
import { MisuseError } from './mistakes.ts';
import { writeError, writeLine } from './output.ts';
import { defaultTimeoutMs, type Settings } from './settings.ts';
import { withSuggestion } from './suggestion.ts';

/** Where a command is carried out. */
export interface Surroundings {
  /** `CIRCUSCTL_ENDPOINT`. */
  readonly environmentEndpoint: string | undefined;
  /** Ends the command early; without one Ctrl-C ends the program. */
  readonly interrupted?: AbortSignal | undefined;
}

/** One command on its way, with all that it needs. */
interface Errand extends CommandInvocation {
  readonly client: CircusClient;
  readonly interrupted: AbortSignal | undefined;
}

/**
 * Carries out one command and gives the exit code.
 *
 * @throws MisuseError, TimeoutError, UnansweredError, NotReachedError, EndpointError
 * @throws ClosedError it was interrupted
 */
export async function carryOut(
  invocation: CommandInvocation,
  { environmentEndpoint, interrupted }: Surroundings,
): Promise<number> {
  const { command, line, settings } = invocation;
  const controlEndpoint = environmentEndpoint || defaultEndpoint;
  if (command.runInClient !== undefined) {
    return await runHere(command.runInClient, invocation, { controlEndpoint, interrupted });
  }
  const [word, argument, ...more] = line.words;
  const { localForm } = command;
  const isLocal = argument !== undefined && more.length === 0;
  if (localForm !== undefined && localForm.word === word && isLocal) {
    return localForm.run(argument, { writeLine });
  }
  const properties = checked(command, () => propertiesOf(command, line));
  const client = new CircusClient(settings.endpoint ?? controlEndpoint, {
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
  });
  interrupted?.addEventListener('abort', () => client.close());
  try {
    return await send({ ...invocation, client, interrupted }, properties);
  } finally {
    client.close();
  }
}

/** Carries out what is circusctl's own, with a connection that is there when it is used. */
async function runHere(
  work: NonNullable<Command['runInClient']>,
  invocation: CommandInvocation,
  place: { controlEndpoint: string; interrupted: AbortSignal | undefined },
): Promise<number> {
  const { command, line, settings } = invocation;
  checked(command, () => checkWordCount(command, line));
  const client = new CircusClient(settings.endpoint ?? place.controlEndpoint, {
    timeoutMs: settings.timeoutMs ?? defaultTimeoutMs,
  });
  place.interrupted?.addEventListener('abort', () => client.close());
  try {
    await checkedLater(command, () => work(line, clientSide(settings, client, place)));
    return 0;
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
    const { interrupted } = place;
    return await refuse({ ...invocation, client, interrupted }, {}, error.reply);
  } finally {
    client.close();
  }
}

async function send(errand: Errand, properties: JsonObject): Promise<number> {
  const { command, line, client } = errand;
  try {
    if (line.flags['watch'] === true) return await watch(errand, properties);
    const reply = await ask(errand, properties);
    const json = await printJson(reply, errand.settings);
    writeLine(json ?? (await printForPeople(errand, reply)));
    return 0;
  } catch (error) {
    if (error instanceof ReplyError) return await refuse(errand, properties, error.reply);
    if (!(error instanceof TimeoutError)) throw error;
    const { explainTimeout } = await import('./time-out.ts');
    client.close();
    throw await explainTimeout(error, command, line);
  }
}

async function ask(
  { command, line, settings, client }: Errand,
  properties: JsonObject,
): Promise<JsonObject> {
  if (line.flags['wait'] !== undefined) {
    const { callAndWait } = await import('./call-and-wait.ts');
    return await checkedLater(command, () => callAndWait(client, command, line, settings));
  }
  if (command.follow !== undefined) {
    const { callAndFollow } = await import('./follow.ts');
    return await callAndFollow(client, command, properties, settings);
  }
  if (properties['waiting'] !== true) return await client.call(command.name, properties);
  const { callWithProgress } = await import('./call-and-wait.ts');
  return await callWithProgress(client, command, line, settings);
}

async function watch({ line, settings, client, interrupted }: Errand, properties: JsonObject) {
  const [{ watchStatus }, { catchInterrupts }] = await Promise.all([
    import('./watch-status.ts'),
    import('./interruption.ts'),
  ]);
  await client.call('status', properties);
  const ctrlC = interrupted === undefined ? catchInterrupts() : undefined;
  try {
    await watchStatus(client, {
      name: line.words[0]?.toLowerCase(),
      look: lookOf(settings),
      wantsJson: settings.json || settings.prettify,
      stopped: interrupted ?? ctrlC?.signal ?? new AbortController().signal,
    });
  } catch (error) {
    // Ctrl-C closes the client of a line of the shell: the usual end.
    if (!(error instanceof ClosedError && interrupted?.aborted)) throw error;
  } finally {
    ctrlC?.dispose();
  }
  return 0;
}

async function refuse(
  { command, settings, client }: Errand,
  properties: JsonObject,
  reply: JsonObject,
): Promise<number> {
  const json = await printJson(reply, settings);
  if (json !== undefined) {
    writeLine(json);
    return settings.strict ? 3 : 0;
  }
  const { suggestFor } = await import('./suggest-from-daemon.ts');
  const suggestion = await suggestFor(client, properties, String(reply['reason']));
  writeError(withSuggestion(command.printError(reply), suggestion));
  return 3;
}

async function printForPeople(
  { command, line, settings, client }: Errand,
  reply: JsonObject,
): Promise<string> {
  const look = lookOf(settings);
  if (!look.isRich) return command.print(reply);
  const { drawReply } = await import('./draw-reply.ts');
  return await drawReply(command, line, reply, { client, look });
}

async function printJson(reply: JsonObject, settings: Settings): Promise<string | undefined> {
  if (!settings.prettify) return settings.json ? JSON.stringify(reply) : undefined;
  const { prettyJson } = await import('./pretty-json.ts');
  return prettyJson(reply, lookOf(settings));
}

function clientSide(
  settings: Settings,
  client: CircusClient,
  {
    controlEndpoint,
    interrupted,
  }: { controlEndpoint: string; interrupted: AbortSignal | undefined },
): ClientSide {
  return {
    isColoured: lookOf(settings).isColoured,
    call: (command, properties) => client.call(command, properties),
    reach: (endpoint) => reachableEndpoint(endpoint, client.endpoint),
    writeNote: (line) => writeError(`circusctl: ${line}`),
    givenEndpoint: settings.endpoint,
    findEventEndpoint: () => findEventEndpoint(settings, controlEndpoint),
    subscribe(endpoint, topics) {
      const subscriber = new EventSubscriber(endpoint, topics);
      interrupted?.addEventListener('abort', () => subscriber.close());
      return subscriber;
    },
    wantsJson: settings.json || settings.prettify,
    writeLine,
  };
}

async function findEventEndpoint(settings: Settings, controlEndpoint: string): Promise<string> {
  const timeoutMs = settings.timeoutMs ?? defaultTimeoutMs;
  const client = new CircusClient(controlEndpoint, { timeoutMs });
  try {
    const { options } = await client.call('globaloptions');
    const published = Object(options)['pubsub_endpoint'];
    return reachableEndpoint(String(published), controlEndpoint);
  } finally {
    client.close();
  }
}

/** A mistake in the words is reported with the usage of their command. */
function checked<T>(command: Command, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw misuse(command, error);
  }
}

async function checkedLater<T>(command: Command, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw misuse(command, error);
  }
}

function misuse(command: Command, error: unknown): unknown {
  return error instanceof UsageError ? new MisuseError(error.message, command) : error;
}
