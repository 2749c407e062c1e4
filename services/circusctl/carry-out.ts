/** Sends the command and prints the answer. */
import {
  CircusClient,
  defaultEndpoint,
  EventSubscriber,
  ReplyError,
  reachableEndpoint,
} from '#libs/client';
import {
  type ClientSide,
  type Command,
  checkWordCount,
  propertiesOf,
  UsageError,
} from '#libs/commands';
import type { JsonObject } from '#libs/protocol';
import type { CommandInvocation, Settings } from './invocation.ts';
import { MisuseError } from './mistakes.ts';
import { writeError, writeLine } from './output.ts';
import { callPatiently } from './patience.ts';
import { prettyJson } from './pretty-json.ts';

const defaultTimeoutMs = 5000;

/**
 * Carries out one command and gives the exit code.
 *
 * @throws MisuseError, TimeoutError, EndpointError
 */
export async function carryOut(
  { command, line, settings }: CommandInvocation,
  environmentEndpoint: string | undefined,
): Promise<number> {
  const controlEndpoint = environmentEndpoint || defaultEndpoint;
  if (command.runInClient !== undefined) {
    checked(command, () => checkWordCount(command, line));
    await command.runInClient(line, clientSide(settings, controlEndpoint));
    return 0;
  }
  const properties = checked(command, () => propertiesOf(command, line));
  const endpoint = settings.endpoint ?? controlEndpoint;
  return await send(command, properties, endpoint, settings);
}

async function send(
  command: Command,
  properties: JsonObject,
  endpoint: string,
  settings: Settings,
): Promise<number> {
  const client = new CircusClient(endpoint, { timeoutMs: settings.timeoutMs ?? defaultTimeoutMs });
  try {
    const isPatient = properties['waiting'] === true && settings.timeoutMs === undefined;
    const reply = await (isPatient
      ? callPatiently(client, command.name, properties)
      : client.call(command.name, properties));
    writeLine(printJson(reply, settings) ?? command.print(reply));
    return 0;
  } catch (error) {
    if (!(error instanceof ReplyError)) throw error;
    const json = printJson(error.reply, settings);
    if (json === undefined) {
      writeError(command.printError(error.reply));
      return 3;
    }
    writeLine(json);
    return 0;
  } finally {
    client.close();
  }
}

function printJson(reply: JsonObject, { json, prettify }: Settings): string | undefined {
  if (prettify) return prettyJson(reply);
  return json ? JSON.stringify(reply) : undefined;
}

function clientSide(settings: Settings, controlEndpoint: string): ClientSide {
  return {
    givenEndpoint: settings.endpoint,
    findEventEndpoint: () => findEventEndpoint(settings, controlEndpoint),
    subscribe: (endpoint, topics) => new EventSubscriber(endpoint, topics),
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
    throw error instanceof UsageError ? new MisuseError(error.message, command) : error;
  }
}
