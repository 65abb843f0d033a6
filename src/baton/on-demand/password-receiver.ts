// Receives the password that a connector generates: it travels encrypted for a key of this process, and ends in a file.
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

/** As long as those that the Go runner asks for (pkg/provisioner of baton-sdk v0.25.0). */
const passwordLength = 20n;

export const randomPassword: MessageInitShape<typeof CredentialOptionsSchema> = {
  options: { case: 'randomPassword', value: { length: passwordLength } },
};

/** Encrypts for a key that this process alone has, and forgets when it ends. */
interface PasswordReceiver extends AsyncDisposable {
  readonly encryptionConfigs: MessageInitShape<typeof EncryptionConfigSchema>[];
  /**
   * Writes the password of an answer to the file.
   * @returns The path of the file; nothing when there was no password, or nowhere to write it to.
   */
  receive(encrypted: readonly EncryptedData[]): Promise<string | undefined>;
}

/**
 * Makes the file first: a password that could not be written down would be lost. Without a password, it goes again.
 * @throws UsageError when there cannot be such a file
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
  /** The secret of an answer; nothing when it holds none. */
  decrypt(encrypted: readonly EncryptedData[]): Promise<string | undefined>;
}

const scheme = 'baton/age/v1';

/** Makes a key that exists in this process alone. Without its `decrypt`, nobody ever reads the secret. */
export async function createOneTimeKey(): Promise<OneTimeKey> {
  // Loading it takes some 100 ms, which few runs of the program have a use for.
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
