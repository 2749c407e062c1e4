import { CircusError, type LogPiece } from '#libs/protocol';

/** Where live output goes: circusd's log endpoint (docs/logs.md). */
export interface LogChannel {
  /**
   * Binds the endpoint, once; resolves to its address.
   *
   * @throws CircusError `failed`: it cannot be bound
   */
  open(): Promise<string>;
  /** Whether anybody is subscribed to it. */
  isWanted(topic: string): boolean;
  publish(topic: string, piece: LogPiece): void;
  /** Has it called whenever somebody subscribes or leaves. */
  onChange(listener: () => void): void;
}

/** Of an arbiter in a program of the user. */
export const noLogChannel: LogChannel = {
  open: () => Promise.reject(new CircusError('failed', 'there is no log endpoint in this program')),
  isWanted: () => false,
  publish: () => undefined,
  onChange: () => undefined,
};
