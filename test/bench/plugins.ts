/** StatsdEmitter behind a scripted XPUB: 10 000 events a second, each of which has to be counted. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { XPublisher } from 'zeromq';
import { eventTopic } from '#libs/protocol';
import { readCpuMs, readPrivateMb } from '../daemon/index.ts';
import type { Benchmark } from './benchmark.ts';

const eventsPerSecond = 10_000;
const sliceMs = 5;

/**
 * Counts datagrams until it is asked, in a process of its own. 33 is SO_RCVBUFFORCE, for root: the
 * kernel's usual queue holds a few milliseconds of this, and what it drops on a busy machine was sent.
 */
const receiver = `
import signal, socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try: s.setsockopt(socket.SOL_SOCKET, 33, 1 << 28)
except OSError: s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 28)
s.bind(('127.0.0.1', 0))
count = 0
def tell(*_):
    print(count, flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, tell)
print(s.getsockname()[1], flush=True)
while True:
    if s.recv(1000) == b'circus.app.watcher.web.spawn:1|c': count += 1
`;

export const plugins: Benchmark = async (scale) => {
  const events = new XPublisher({ linger: 0, sendHighWaterMark: 0 });
  await events.bind('tcp://127.0.0.1:*');
  const counter = spawn('python3', ['-c', receiver], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = await once(linesOf(counter), 'data');
  const pubsub = events.lastEndpoint ?? '';
  const words = ['--pubsub', pubsub, '--endpoint', 'tcp://127.0.0.1:9', '--log-level', 'error'];
  const config = ['--config', `host:127.0.0.1:::port:${Number(port)}`, 'statsd-emitter'];
  const plugin = spawn(process.execPath, ['dist/circus-plugin.cjs', ...words, ...config], {
    stdio: 'inherit',
  });
  try {
    // The first message of an XPUB is the subscription. Nobody answers at the control endpoint.
    await events.receive();
    await sleep(6_000);
    const pid = plugin.pid ?? 0;
    const cpuMs = readCpuMs(pid);
    const sent = await publish(events, scale.idleSeconds);
    await untilQuiet(pid);
    const usedMs = readCpuMs(pid) - cpuMs;
    const memory = readPrivateMb(pid);
    counter.kill('SIGTERM');
    const [counted] = await once(linesOf(counter), 'data');
    const what = `statsd: ${eventsPerSecond} events/s for ${scale.idleSeconds} s`;
    return [
      {
        what: `${what}: counted`,
        value: (100 * Number(counted)) / sent,
        unit: '%',
        atLeast: 100,
        note: `${Number(counted)} of ${sent}`,
      },
      {
        what: `${what}: processor`,
        value: usedMs / (10 * scale.idleSeconds),
        unit: '%',
        note: 'of a core',
      },
      { what: `${what}: private memory`, value: memory, unit: 'MB', note: 'Pss_Anon' },
    ];
  } finally {
    for (const child of [plugin, counter]) child.kill('SIGKILL');
    events.close();
  }
};

/** What it has not sent yet it is busy with. */
async function untilQuiet(pid: number): Promise<void> {
  for (let before = -1, now = readCpuMs(pid); now - before > 20; ) {
    await sleep(1_000);
    before = now;
    now = readCpuMs(pid);
  }
}

function linesOf(child: ChildProcess): NodeJS.ReadableStream {
  if (child.stdout === null) throw new Error('nothing can be read of it');
  return child.stdout;
}

/** At an even pace, however late a timer is; how many were sent. */
async function publish(events: XPublisher, seconds: number): Promise<number> {
  const topic = eventTopic('web', 'spawn');
  const begin = performance.now();
  let sent = 0;
  for (let elapsed = 0; elapsed < seconds; elapsed = (performance.now() - begin) / 1_000) {
    for (const due = Math.floor(elapsed * eventsPerSecond); sent < due; ) {
      sent += 1;
      const payload = {
        time: Date.now() / 1_000,
        process_pid: sent,
        wid: 1,
        seq: sent,
        wseq: sent,
      };
      await events.send([topic, JSON.stringify(payload)]);
    }
    await sleep(sliceMs);
  }
  return sent;
}
