// Reads what a page asks: everything within bounds.

/** What a request has wrong, or what there is not. */
export class RequestError extends Error {
  readonly status: number;

  constructor(status: 400 | 404, message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
  }
}

const textMax = 500;

/** A parameter. @throws RequestError if it is too long. */
export function readText(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name) ?? undefined;
  if (text !== undefined && text.length > textMax) throw new RequestError(400, `${name} is longer than ${textMax}`);
  return text;
}

/** @throws RequestError if it is not there. */
export function expectText(query: URLSearchParams, name: string): string {
  const text = readText(query, name);
  if (!text) throw new RequestError(400, `${name} is missing`);
  return text;
}

/** A whole number from 1. @throws RequestError if it is anything else. */
export function readCount(query: URLSearchParams, name: string, byDefault: number, max: number): number {
  const text = query.get(name);
  if (text === null) return byDefault;
  const count = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > max) throw new RequestError(400, `${name} must be a number from 1 to ${max}`);
  return count;
}
