// Takes a signed token (JWT) apart.

export interface ParsedJwt {
  readonly header: Record<string, unknown>;
  readonly claims: Record<string, unknown>;
  readonly signed: Buffer;
  readonly signature: Buffer;
}

/** @returns undefined for a text that is not a token. */
export function parseJwt(text: string): ParsedJwt | undefined {
  const [header = '', payload = '', signature = '', ...rest] = text.split('.');
  const [parsedHeader, claims] = [parse(header), parse(payload)];
  if (!parsedHeader || !claims || rest.length > 0) return undefined;
  return {
    header: parsedHeader,
    claims,
    signed: Buffer.from(`${header}.${payload}`),
    signature: Buffer.from(signature, 'base64url'),
  };
}

function parse(part: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
