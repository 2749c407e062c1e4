import { printValue } from '#libs/options';
import { isJsonObject, type Json } from '#libs/protocol';
import { defineCommand } from '../define-command.ts';

/** Manual 5.5 "listsockets". */
export const listsockets = defineCommand({
  name: 'listsockets',
  summary: 'List the managed sockets',
  description: `Every socket that circusd holds, sorted by descriptor. Prints one a line,

  3:socket 'web' at 127.0.0.1:8080
  4:socket 'backend' at /run/backend.sock

The number in front is the descriptor at which every process with use_sockets finds the socket. It
never changes as long as circusd runs. A socket with port 0 is shown with the port that it got.

The reply has \`sockets\`, a list of objects with fd, name, backlog, and host and port or path.`,
  manual: '5.5',
  properties: {},
  isReadOnly: true,
  usage: '',
  examples: ['circusctl listsockets'],
  execute: (controller) => ({ sockets: controller.sockets() }),
  print: ({ sockets }) => (Array.isArray(sockets) ? sockets.map(printSocket).join('\n') : ''),
});

function printSocket(socket: Json): string {
  if (!isJsonObject(socket)) return printValue(socket);
  const { fd = null, name = null, host = null, port = null, path } = socket;
  const address = path === undefined ? `${printValue(host)}:${printValue(port)}` : printValue(path);
  return `${printValue(fd)}:socket '${printValue(name)}' at ${address}`;
}
