/** Watchers with options, and what happens to them (manual 5.9.1). */
import { getArbiter } from 'circus-node';

const arbiter = getArbiter(
  [
    { cmd: 'myprogram', numprocesses: 3 },
    { name: 'ticker', cmd: 'while :; do date; sleep 1; done', shell: true, copy_env: true },
  ],
  { background: true, check_delay: 5 },
);
process.once('SIGTERM', () => arbiter.stop());
await arbiter.start();
console.log(`${arbiter.numprocesses()} processes of ${arbiter.numwatchers()} watchers`);

// Ends when the arbiter has ended.
for await (const { topic, payload } of arbiter.events()) {
  console.log(topic, payload['process_pid'] ?? '');
}
