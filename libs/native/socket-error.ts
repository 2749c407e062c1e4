/** Why a managed socket could not be made. */
import { errnoName, libc } from './libc.ts';

/** A socket was not made or changed, and nothing of it is left. `message` is for the operator. */
export class SocketError extends Error {
  override readonly name = 'SocketError';
  /** The name of the socket as configured. */
  readonly socket: string;
  /** Where it was to be: `127.0.0.1:80`, a path. */
  readonly address: string;
  /** The name of the errno, or of the error of a name that cannot be resolved: `EADDRINUSE`. */
  readonly code: string;

  constructor(socket: string, address: string, code: string, reason: string) {
    super(`socket '${socket}' at ${address}: ${reason}`);
    this.socket = socket;
    this.address = address;
    this.code = code;
  }
}

/** `address already in use (EADDRINUSE)`. */
export function errnoText(errno: number): string {
  const text = libc().strerror(errno);
  return `${text.charAt(0).toLowerCase()}${text.slice(1)} (${errnoName(errno)})`;
}
