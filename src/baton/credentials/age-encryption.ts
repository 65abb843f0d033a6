// Encryption for a recipient of age: scheme `baton/age/v1` (pkg/crypto/providers/age of baton-sdk v0.25.0).
import { createHash } from 'node:crypto';
import { Code, ServiceError } from '../author/service-error.ts';
import { encryptAgeFile } from './age-file.ts';
import type { Ciphertext } from './ciphertext.ts';

export const ageScheme = 'baton/age/v1';

/**
 * One X25519 recipient, or one of the post-quantum kind, in Bech32. The Go SDK takes no other kinds: those with a tag
 * (`age1tag1…`) tell observers for whom a file is.
 */
const recipientForm = /^age1(pq1)?[02-9ac-hj-np-z]+$/;

/**
 * Encrypts for one recipient: a binary age file.
 * @param recipient - `age1…`, and no white space around it.
 * @throws ServiceError INVALID_ARGUMENT, or an Error, when nobody can encrypt for it.
 */
export async function encryptForAge(recipient: string, secret: Uint8Array): Promise<Ciphertext> {
  if (!recipientForm.test(recipient)) {
    // It is not shown: people paste identities, which are secret.
    throw new ServiceError(
      Code.InvalidArgument,
      'age_recipient_config.recipient is not one recipient such as age1… without white space',
      { reason: 'invalid_encryption_key' },
    );
  }
  const keyId = createHash('sha256').update(recipient).digest('hex');
  return { scheme: ageScheme, bytes: await encryptAgeFile(recipient, secret), keyId: '', keyIds: [keyId] };
}
