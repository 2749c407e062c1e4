/** Where an endpoint tells what goes wrong. */
export interface EndpointLog {
  debug(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}
