// Encryption into age files (age-encryption.org/v1): scheme `baton/age/v1` (pkg/crypto/providers/age of baton-sdk
// v0.25.0), and the envelope that other schemes use.
import { createHash } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { Decrypter, Encrypter, type Identity, type Recipient } from 'age-encryption';
import type { EncryptedDataSchema } from '#gen/c1/connector/v2/resource_pb.js';
import { Code, ServiceError } from '../author/service-error.ts';

export const ageScheme = 'baton/age/v1';

/**
 * One X25519 or post-quantum recipient, in Bech32. Like the Go SDK, it refuses tagged recipients (`age1tag1…`): their
 * files reveal for whom they are.
 */
const recipientForm = /^age1(pq1)?[02-9ac-hj-np-z]+$/;

/**
 * Encrypts for one recipient, as a binary age file.
 * @param recipient - `age1…`, without white space.
 * @throws ServiceError INVALID_ARGUMENT, or an Error, for an unusable recipient.
 */
export async function encryptForAge(
  recipient: string,
  secret: Uint8Array,
): Promise<MessageInitShape<typeof EncryptedDataSchema>> {
  if (!recipientForm.test(recipient)) {
    // The text is not shown: users paste identities, which are secret.
    throw new ServiceError(
      Code.InvalidArgument,
      'age_recipient_config.recipient must be one recipient such as age1…, without white space',
      { reason: 'invalid_encryption_key' },
    );
  }
  const keyId = createHash('sha256').update(recipient).digest('hex');
  return { provider: ageScheme, encryptedBytes: await encryptAgeFile(recipient, secret), keyIds: [keyId] };
}

/** @param recipient - One that can wrap the file key, or an `age1…` text. */
export async function encryptAgeFile(recipient: string | Recipient, plaintext: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

/** @throws Error when the file is for others or was changed. */
export async function decryptAgeFile(identity: Identity, file: Uint8Array): Promise<Uint8Array> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(file);
}
