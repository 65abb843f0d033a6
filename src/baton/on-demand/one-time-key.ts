// A key for one call: the password that a service makes up is encrypted for it, and read with it.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { EncryptedData, EncryptionConfigSchema } from '#gen/c1/connector/v2/resource_pb.js';

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
