/** Four processes forever (manual, "Developing with Circus"). */
import { getArbiter } from 'circus-node';

const arbiter = getArbiter('myprogram', 4);
// A program that just ends leaves its processes behind.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => arbiter.stop());
try {
  await arbiter.start();
} finally {
  await arbiter.stop();
}
