/** Where an arbiter is reached: the control endpoint, the event channel and the log channel. */
export { BindError } from './bind-error.ts';
export type { SavedBinding } from './binding.ts';
export { ControlEndpoint, type SavedControl } from './control-endpoint.ts';
export { EventPublisher, type SavedPublisher } from './event-publisher.ts';
export { LogPublisher } from './log-publisher.ts';
