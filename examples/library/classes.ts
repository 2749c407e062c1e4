/** An arbiter of watchers that are made one by one (manual 5.9.2). */
import { Arbiter, Watcher } from 'circus-node';

const web = new Watcher('web', 'myprogram', { args: ['--port', '8000'], numprocesses: 2 });
const jobs = new Watcher('jobs', 'myprogram', { graceful_timeout: 5 });
const arbiter = new Arbiter([web, jobs], { background: true });
await arbiter.start();

await web.spawnProcess();
console.log(web.pids.length, arbiter.numprocesses());
const [first] = web.processes();
await first?.stop();
await arbiter.addWatcher('late', 'myprogram');
await arbiter.reload();
await arbiter.rm('jobs');
console.log(arbiter.watchers().map(({ name, status }) => `${name} ${status}`));
await arbiter.stop();
