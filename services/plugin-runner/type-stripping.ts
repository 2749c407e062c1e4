/** Whether this Node runs TypeScript files as they are: from 22.18 on, and 20 never. */
export function isTypeStrippingSupported(): boolean {
  return 'typescript' in process.features && Boolean(process.features.typescript);
}
