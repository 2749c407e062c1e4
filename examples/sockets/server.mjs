// An HTTP server on an inherited socket, TCP or UNIX, whose number is the first argument.
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.end(`hello from process ${process.pid}\n`);
});
// Without it Node would shorten the queue of the socket to 511, for every process.
server.listen({ fd: Number(process.argv[2]), backlog: 2048 });

// What is under way is answered; who connects from now on waits for another process.
process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
