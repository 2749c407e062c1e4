/** What goes over the wire when a command's first example is typed. */
import { type Command, dispatch, propertiesOf } from '#libs/commands';
import { splitWords } from '#libs/config';
import type { JsonObject } from '#libs/protocol';
import { readInvocation } from '../../services/circusctl/invocation.ts';
import { compactJson } from './markdown.ts';
import { sampleDaemon, sampleTime } from './sample-daemon.ts';

/** A request and its replies. */
export interface SampleExchange {
  readonly line: string;
  readonly request: JsonObject;
  readonly reply: JsonObject;
  /** The reply to the same request with `waiting`, when that is another one. */
  readonly waitingReply?: JsonObject;
}

const sampleId = '9347636f53c0460b9116a4c9f80ef128';

/** More lines than a reader wants to see of one reply. */
const longestSample = 40;

/**
 * The exchange of the first example whose reply is short, or of the last one. What circusctl carries
 * out itself is sent as it is.
 */
export async function sampleExchange(command: Command): Promise<SampleExchange> {
  if (command.runInClient !== undefined) return await exchange(command, '', {});
  const lines = command.examples.filter((line) => line.startsWith('circusctl '));
  const exchanges = await Promise.all(
    lines.map(async (line) => exchange(command, line, await typedProperties(command, line))),
  );
  const found =
    exchanges.find(({ reply }) => compactJson(reply).split('\n').length <= longestSample) ??
    exchanges.at(-1);
  if (found !== undefined) return found;
  throw new Error(`the command ${command.name} has no example`);
}

async function exchange(
  command: Command,
  line: string,
  properties: JsonObject,
): Promise<SampleExchange> {
  const request = { id: sampleId, command: command.name, properties };
  const reply = await answer({ ...request, properties: { ...properties, waiting: false } });
  if (!command.canWait) return { line, request, reply };
  const waitingReply = await answer({ ...request, properties: { ...properties, waiting: true } });
  const isSame = JSON.stringify(reply) === JSON.stringify(waitingReply);
  return { line, request, reply, ...(isSame ? {} : { waitingReply }) };
}

async function typedProperties(command: Command, line: string): Promise<JsonObject> {
  const [, ...words] = splitWords(line);
  const invocation = await readInvocation(words);
  if (invocation.kind !== 'command') throw new Error(`'${line}' is no command`);
  return propertiesOf(command, invocation.line);
}

async function answer(request: JsonObject): Promise<JsonObject> {
  const frame = new TextEncoder().encode(JSON.stringify(request));
  const reply = await dispatch(sampleDaemon, frame);
  return { ...JSON.parse(reply ?? '{}'), time: sampleTime };
}
