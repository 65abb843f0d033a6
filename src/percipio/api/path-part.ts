// Texts from outside in the paths of URLs.

/**
 * A text as one part of a path: percent-encoded, and never a folder. URLs take dots for folders even if they are encoded,
 * and nothing for no part at all: such a text becomes `-`, which is not the name of anything.
 */
export function toPathPart(text: string): string {
  const part = encodeURIComponent(text.toWellFormed());
  return /^\.*$/.test(part) ? '-' : part;
}
