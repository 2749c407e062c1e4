/** What Ctrl-C does: it ends circusctl, unless something has said otherwise. */

type Handler = () => void;

const endProgram: Handler = () => process.exit(1);
let handler = endProgram;

/** For SIGINT. */
export function interrupt(): void {
  handler();
}

/** Has Ctrl-C abort the signal, until `dispose` is called. */
export function catchInterrupts(): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const before = handler;
  handler = () => controller.abort();
  return {
    signal: controller.signal,
    dispose: () => {
      handler = before;
    },
  };
}
