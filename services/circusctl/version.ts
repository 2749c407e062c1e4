declare const CIRCUS_VERSION: string;

/** `circusctl 1.2.3`. */
export const versionLine = `circusctl ${CIRCUS_VERSION}`;
