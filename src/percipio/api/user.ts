// A user of Percipio, as returned by user-management.
import { z } from 'zod';
import { joinedText, lenient, lenientFlag, lenientPairs, trimmedText } from './lenient.ts';

/** Only `id` is always there, and readable. */
export const userSchema = z.object({
  /** A UUID. */
  id: z.string().min(1),
  externalUserId: trimmedText,
  email: trimmedText,
  isActive: lenientFlag,
  loginName: trimmedText,
  firstName: trimmedText,
  lastName: trimmedText,
  /** `LEARNER`, `ADMIN` and others; not checked here, since Percipio may add more. */
  role: lenient(z.string().trim()),
  /** ISO 8601. */
  updatedAt: lenient(z.string()),
  jobTitle: trimmedText,
  isInstructor: lenientFlag,
  hasCoaching: lenientFlag,
  hasEnterpriseCoaching: lenientFlag,
  hasEnterpriseCoachingDashboard: lenientFlag,
  approvalManager: lenient(z.object({ id: trimmedText, email: trimmedText, externalUserId: trimmedText })),
  /** An attribute can have several values: then they are joined. */
  customAttributes: lenientPairs(
    z.object({ id: trimmedText, name: trimmedText.transform((name) => name || undefined), value: joinedText }),
  ),
});

export type User = z.output<typeof userSchema>;
