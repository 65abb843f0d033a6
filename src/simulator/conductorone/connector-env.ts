// How a connector in another process reaches a simulated ConductorOne.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConductorOneSimulator } from './conductorone-simulator.ts';

/**
 * Writes the certificate that the connector must trust to a folder.
 * @returns the variables that start a connector in service mode.
 */
export async function createConnectorEnv(
  { clientId, clientSecret, certificate }: ConductorOneSimulator,
  folder: string,
): Promise<Readonly<Record<string, string>>> {
  const certificateFile = join(folder, 'certificate.pem');
  await writeFile(certificateFile, certificate);
  return { BATON_CLIENT_ID: clientId, BATON_CLIENT_SECRET: clientSecret, SSL_CERT_FILE: certificateFile };
}
