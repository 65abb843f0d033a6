// A user of Percipio, as returned by user-management.
import { z } from 'zod';
import { optional, optionalList } from './lenient.ts';

/** The value of an attribute is text; numbers and booleans are converted. */
const attributeValue = z.union([z.string(), z.number().transform(String), z.boolean().transform(String)]);

/** Only `id` is always there. */
export const userSchema = z.object({
  /** A UUID. */
  id: z.string().min(1),
  externalUserId: optional(z.string()),
  email: optional(z.string()),
  isActive: optional(z.boolean()),
  loginName: optional(z.string()),
  firstName: optional(z.string()),
  lastName: optional(z.string()),
  /** `LEARNER`, `ADMIN` and others; not checked here, since Percipio may add more. */
  role: optional(z.string()),
  /** ISO 8601. */
  updatedAt: optional(z.string()),
  jobTitle: optional(z.string()),
  isInstructor: optional(z.boolean()),
  hasCoaching: optional(z.boolean()),
  hasEnterpriseCoaching: optional(z.boolean()),
  hasEnterpriseCoachingDashboard: optional(z.boolean()),
  approvalManager: optional(
    z.object({ id: optional(z.string()), email: optional(z.string()), externalUserId: optional(z.string()) }),
  ),
  customAttributes: optionalList(
    z.object({ id: optional(z.string()), name: optional(z.string()), value: optional(attributeValue) }),
  ),
});

export type User = z.output<typeof userSchema>;
