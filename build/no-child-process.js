// Stands in for node:child_process in the bundle of circusd. commander asks for it, to run commands
// that are programs of their own; circusd has none, and a child that Node started would be reaped by
// circusd before Node heard of its death.

/** @throws Error always */
export function spawn() {
  throw new Error('circusd starts processes by #libs/native alone');
}
