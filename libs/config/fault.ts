/** What is wrong with a configuration, and where. */

/** One fault or warning of a configuration. */
export interface ConfigFault {
  readonly file: string;
  /** From 1; null when it is about the file as a whole. */
  readonly line: number | null;
  readonly section: string | null;
  readonly key: string | null;
  /** As written; null when it is not about a value. */
  readonly value: string | null;
  /** What is wrong and what would be right. */
  readonly message: string;
}

/** Where something stands; what is absent becomes null in the fault. */
export type Place = { readonly file: string } & Partial<Omit<ConfigFault, 'file' | 'message'>>;

/** Makes a fault of a place and what is wrong there. */
function faultAt(place: Place, message: string): ConfigFault {
  const { file, line = null, section = null, key = null, value = null } = place;
  return { file, line, section, key, value, message };
}

/** Gathers faults and warnings while a configuration is read to its end. */
export class FaultList {
  readonly faults: ConfigFault[] = [];
  readonly warnings: ConfigFault[] = [];

  /** Something that keeps circusd from starting. */
  fault(place: Place, message: string): void {
    this.faults.push(faultAt(place, message));
  }

  /** Something to tell; circusd starts all the same. */
  warn(place: Place, message: string): void {
    this.warnings.push(faultAt(place, message));
  }
}
