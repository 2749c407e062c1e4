/** The arbiter: performs what the core of supervision decides, and executes commands. */
export { Arbiter, type ArbiterOptions, type SavedArbiter } from './arbiter.ts';
export { Baggage, type Unpack } from './baggage.ts';
export { checkSaved } from './check-saved.ts';
export { killWorker, signalRemains, stopWorker } from './families.ts';
export type { LogChannel } from './log-channel.ts';
export { SocketsRefused } from './managed-sockets.ts';
export { spawnWorker } from './spawn-worker.ts';
export type { Worker } from './worker.ts';
