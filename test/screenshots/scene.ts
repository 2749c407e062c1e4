/** A circusd that is worth a picture: several watchers, one of them in trouble. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const worker = `import { createServer } from 'node:http';
const paths = ['/', '/cart', '/cart/3', '/search?q=tea', '/login', '/img/logo.svg', '/checkout'];
const [kind = 'web', fd] = process.argv.slice(2);
const kept = [];
const wave = () => Math.sin(Date.now() / 9000 + process.pid) + 1.2;
if (fd !== undefined) createServer((_, reply) => reply.end('hello')).listen({ fd: Number(fd) });
setInterval(() => {
  const until = performance.now() + wave() * (kind === 'web' ? 5 : 2);
  while (performance.now() < until) Math.sqrt(Math.random());
  if (kept.length < 40 * wave()) kept.push(Buffer.alloc(500_000, 1));
  else kept.pop();
}, 100);
const say = () => {
  const path = paths[Math.floor(Math.random() * paths.length)];
  const ms = (Math.random() * 90 + 4).toFixed(0);
  if (Math.random() < 0.06) console.error(\`\\u001b[33mWARN\\u001b[0m slow query on \${path}: \${ms}0 ms\`);
  else console.log(\`\\u001b[32mGET\\u001b[0m \${path} 200 \${ms} ms\`);
  setTimeout(say, Math.random() * 1500);
};
if (kind === 'web') say();
else setInterval(() => console.log(\`job \${Math.floor(Math.random() * 9000) + 1000} done\`), 2500);
`;

/** Writes it into the folder. The console is at \`port\` with the users file. */
export function writeScene(folder: string, port: number, users: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'worker.mjs'), worker);
  const node = `${process.execPath} ${join(folder, 'worker.mjs')}`;
  const path = join(folder, 'circus.ini');
  writeFileSync(
    path,
    `[circus]
endpoint = ipc://${folder}/control
pubsub_endpoint = ipc://${folder}/events
stats_endpoint = ipc://${folder}/stats
log_endpoint = ipc://${folder}/logs
httpd = True
httpd_port = ${port}
httpd_users_file = ${users}

[socket:web]
host = 127.0.0.1
port = 0

[socket:admin]
path = ${folder}/admin.sock

[watcher:web]
cmd = ${node} web $(circus.sockets.web)
use_sockets = True
numprocesses = 4
max_age = 3600
rlimit_nofile = 4096

[watcher:mailer]
cmd = ${node} mailer
numprocesses = 2

[watcher:thumbnails]
cmd = ${node} thumbnails
numprocesses = 3
[env:mailer]
SMTP_PASSWORD = do-not-show

[watcher:importer]
cmd = sh -c "echo 'importer: no such table: orders' >&2; sleep 0.3; exit 3"
numprocesses = 1

[watcher:nightly]
cmd = sleep 100000
autostart = False

[plugin:flapping]
use = circus.plugins.flapping.Flapping
attempts = 40
`,
  );
  return resolve(path);
}
