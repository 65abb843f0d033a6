// A real HTTPS server with a certificate that no machine trusts by itself.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Answerer, type RunningServer, runServer } from './start-server.ts';

function fixture(name: string): string {
  return fileURLToPath(new URL(`../../fixtures/tls/${name}`, import.meta.url));
}

/** The file that makes the server trusted. */
export const authorityFile = fixture('certificate-authority.pem');

export async function startTlsServer(t: TestContext, answer: Answerer): Promise<RunningServer> {
  const key = readFileSync(fixture('server-key.pem'));
  const cert = readFileSync(fixture('server-certificate.pem'));
  return await runServer(t, createServer({ key, cert }), answer, 'https');
}
