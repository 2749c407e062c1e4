/** A page's view of a watcher's output. */
export interface LogTail {
  close(): void;
}
