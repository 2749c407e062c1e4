/** The arbiter: performs what the core of supervision decides, and executes commands. */
export { Arbiter, type ArbiterOptions, type SavedArbiter } from './arbiter.ts';
export { Baggage, type Unpack } from './baggage.ts';
export { checkSaved } from './check-saved.ts';
export type { LogChannel } from './log-channel.ts';
export { SocketsRefused } from './managed-sockets.ts';
