import type { TimeoutError } from '#libs/client';

/** Nothing answers at all (protocol 9). */
export function describeUnreachable({ endpoint, timeoutMs }: TimeoutError): string {
  return `Timed out.

circusd did not answer at ${endpoint} within ${timeoutMs / 1000} seconds, and does not now. Either it
is not there: check that it runs, and give the address of its endpoint with --endpoint or
CIRCUSCTL_ENDPOINT. Or what was asked for takes longer: it goes on all the same, and a higher
--timeout waits for it, which is needed above all with --waiting.`;
}
