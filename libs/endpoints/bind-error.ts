import { messageOf } from '#libs/protocol';

/** An address that cannot be had: it is in use, or it is none. */
export class BindError extends Error {
  override readonly name = 'BindError';

  /** @param option - the name of the option that gives the endpoint */
  constructor(option: string, endpoint: string, cause: unknown) {
    super(`${option} = ${endpoint} cannot be bound: ${messageOf(cause)}`, { cause });
  }
}
