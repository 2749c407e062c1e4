/** A request that is refused: what the client gets to see of it. */
export class AccessError extends Error {
  override readonly name = 'AccessError';
  readonly statusCode: number;
  readonly code: string;

  constructor(statusCode: number, code: string, message: string) {
    super(message);
    this.statusCode = statusCode;
    this.code = code;
  }
}
