// A real HTTPS server with a certificate that no machine trusts by itself.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCertificate } from '../../../src/simulator/conductorone/certificate.ts';
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

/** One for another host, which only a proxy can lead to, and the file that makes it trusted. */
export async function startDistantServer(t: TestContext, host: string, answer: Answerer) {
  const certificate = createCertificate([host]);
  const folder = mkdtempSync(join(tmpdir(), 'tls-server-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const trusted = join(folder, 'certificate.pem');
  writeFileSync(trusted, certificate.cert);
  const server = await runServer(t, createServer({ ...certificate }), answer, 'https');
  return { server, url: server.url.replace('127.0.0.1', host), trusted };
}
