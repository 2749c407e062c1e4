/** One process, and nobody who replaces it (manual 5.9.2 "Process"). */
import { Process } from 'circus-node';

const top = new Process('Top', 'myprogram', { shell: true });
console.log(top.pid, top.age(), top.info());
console.log(top.status === Process.RUNNING);
await top.stop();
console.log(top.status === Process.UNEXISTING);
console.log(top.info());
