import { CircusError } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';
import { printEvent } from '../print-event.ts';

const isAddress = (word: string) => /^(tcp|ipc):\/\//.test(word);

/** Manual 5.5 "listen"; its usage line `circusctl list [<topic>, ...]` is a misprint. */
export const listen = defineCommand({
  name: 'listen',
  summary: 'Subscribe to the events of watchers',
  description: `Prints every event as it happens, \`<topic>: <json>\` a line, until interrupted; with
--json the topic is inside the JSON.

A topic is \`watcher.<watcher>.<event>\`, the watcher's name in lower case with \`_\` for spaces. What
is given as topic is the beginning of those wanted: \`watcher.web.\` is all of web. Without a topic
everything is printed.

The address is circusd's pubsub_endpoint, asked from circusd. Another one is given as --endpoint or
as a word, \`tcp://host:5556\`.`,
  manual: '5.5',
  properties: {},
  isReadOnly: true,
  usage: '[topic]...',
  examples: [
    'circusctl listen',
    'circusctl listen watcher.web.',
    'circusctl listen tcp://127.0.0.1:5556',
  ],
  execute() {
    throw new CircusError('invalid_message', 'invalid message. use a pub/sub socket');
  },
  toProperties: () => ({}),
  async runInClient({ words }, { givenEndpoint, findEventEndpoint, subscribe, ...side }) {
    const typed = words.find(isAddress) ?? givenEndpoint;
    const endpoint = typed ?? (await findEventEndpoint());
    const topics = words.filter((word) => !isAddress(word));
    for await (const { topic, payload } of subscribe(endpoint, topics)) {
      const event = { topic, ...payload };
      side.writeLine(side.wantsJson ? JSON.stringify(event) : printEvent(event));
    }
  },
});
