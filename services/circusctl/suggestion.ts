/** `<message>` and, on a line of its own, the name that was probably meant. */
export function withSuggestion(message: string, suggestion: string | undefined): string {
  return suggestion === undefined ? message : `${message}\n(Did you mean ${suggestion}?)`;
}
