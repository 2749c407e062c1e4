// An HTTP server on an inherited socket, TCP or UNIX, whose number is the first argument.
import { createServer } from 'node:http';

const server = createServer((_request, response) => {
  response.end(`hello from process ${process.pid}\n`);
});
// The queue would become 511 long, for every process. (A backlog among the options is not looked at
// with fd.)
server.listen({ fd: Number(process.argv[2]) }, 2048);

// What is under way is answered; who connects from now on waits for another process.
process.on('SIGTERM', () => {
  server.close();
  server.closeIdleConnections();
});
