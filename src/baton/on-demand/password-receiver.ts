// Receives the password that a connector generates: encrypted for a one-time key, and then written to a file.
import { resolve } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type {
  CredentialOptionsSchema,
  EncryptedData,
  EncryptionConfigSchema,
} from '#gen/c1/connector/v2/resource_pb.js';
import { passwordFile } from '../config/fields/run.ts';
import type { JobContext } from './on-demand-job.ts';
import { PasswordFile } from './password-file.ts';

/** The length that the Go runner requests (pkg/provisioner of baton-sdk v0.25.0). */
const passwordLength = 20n;

export const randomPassword: MessageInitShape<typeof CredentialOptionsSchema> = {
  options: { case: 'randomPassword', value: { length: passwordLength } },
};

/** Owns a key that exists only in this process. */
interface PasswordReceiver extends AsyncDisposable {
  readonly encryptionConfigs: MessageInitShape<typeof EncryptionConfigSchema>[];
  /**
   * Writes the password of a response to the file.
   * @returns The path of the file; undefined without a password or a file.
   */
  receive(encrypted: readonly EncryptedData[]): Promise<string | undefined>;
}

/**
 * Creates the file of --password-file first: a password that could not be written would be lost.
 * @throws UsageError when the file cannot be created.
 */
export async function preparePasswordReceiver({ settings, host }: JobContext): Promise<PasswordReceiver> {
  const path = settings.get(passwordFile);
  const file =
    path === undefined ? undefined : await PasswordFile.create(resolve(host.cwd, path), `--${passwordFile.name}`);
  const { encryptionConfig, decrypt } = await createOneTimeKey();
  return {
    encryptionConfigs: [encryptionConfig],
    receive: async (encrypted) => {
      const password = file && (await decrypt(encrypted));
      if (password === undefined) return undefined;
      await file?.write(password);
      return file?.path;
    },
    [Symbol.asyncDispose]: async () => file?.[Symbol.asyncDispose](),
  };
}

export interface OneTimeKey {
  /** For the request. */
  readonly encryptionConfig: MessageInitShape<typeof EncryptionConfigSchema>;
  /** Decrypts the secret of a response, if it has one. */
  decrypt(encrypted: readonly EncryptedData[]): Promise<string | undefined>;
}

const scheme = 'baton/age/v1';

/** Creates a key that exists only in this process. */
export async function createOneTimeKey(): Promise<OneTimeKey> {
  // Loaded here: loading takes some 100 ms, and few runs of the program need it.
  const { Decrypter, generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  return {
    encryptionConfig: { provider: scheme, config: { case: 'ageRecipientConfig', value: { recipient } } },
    decrypt: async (encrypted) => {
      const ours = encrypted.find(({ provider }) => provider === scheme);
      if (!ours) return undefined;
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      return await decrypter.decrypt(ours.encryptedBytes, 'text');
    },
  };
}
