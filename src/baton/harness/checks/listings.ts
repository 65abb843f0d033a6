// Checks of listings, whatever they list.
import { anyIs } from '@bufbuild/protobuf/wkt';
import { TypeScopedEntitlementsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.js';
import { TypeScopedGrantsSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { type CheckResult, failed, notApplicable, passed, type WalkCheck } from '../check.ts';
import { receiveMaxBytes } from '../connection.ts';
import { pageTokenMaxBytes } from '../pages.ts';
import type { FaultTally, Walked } from '../walked.ts';

/** A sync skips what is gone, unless it is more than this, and more than this share (pkg/sync of baton-sdk v0.25.0). */
const goneMax = 10;
const goneShareMax = 0.1;

const listingsAnswer: WalkCheck = {
  id: 'listings-answer',
  title: 'Every listing that a sync requests succeeds',
  watch: ({ walked }) => ({
    end: (second) => {
      const refused = faultOf('refused', walked, second);
      if (refused) {
        return refused;
      }
      for (const { faults, resourceListings } of [walked, ...(second ? [second] : [])]) {
        const gone = faults.get('gone');
        if (gone && gone.count > goneMax && gone.count > resourceListings * goneShareMax) {
          return failed(
            `${gone.count} listings failed with NOT_FOUND: too many, so a sync would fail\n${describe(gone)}`,
          );
        }
      }
      const gone = walked.faults.get('gone');
      return passed(gone ? `${gone.count} resources disappeared during the walk` : '');
    },
  }),
};

const pageTokensEnd: WalkCheck = {
  id: 'page-tokens-end',
  title: 'Page tokens lead to an end: no token repeats within a listing',
  watch: ({ walked }) => ({
    end: (second) => faultOf('token repeated', walked, second) ?? faultOf('endless', walked, second) ?? passed(),
  }),
};

const pageTokenLength: WalkCheck = {
  id: 'page-token-length',
  title: `Page tokens have at most ${pageTokenMaxBytes} bytes, so that they can be sent back`,
  watch: ({ walked }) => ({ end: (second) => faultOf('token too long', walked, second) ?? passed() }),
};

const messagesFit: WalkCheck = {
  id: 'messages-fit',
  title: `No response is larger than the ${receiveMaxBytes} bytes that a Go client accepts`,
  watch: ({ walked }) => ({ end: (second) => faultOf('too large', walked, second) ?? passed() }),
};

const typeScopedAnswers: WalkCheck = {
  id: 'type-scoped-answers',
  title: 'Types with TypeScopedEntitlements or TypeScopedGrants support listing the whole type',
  watch: ({ walked }) => {
    const scoped: string[] = [];
    return {
      resourceType: ({ id, annotations }) => {
        if (annotations.some((any) => anyIs(any, TypeScopedEntitlementsSchema) || anyIs(any, TypeScopedGrantsSchema))) {
          scoped.push(id);
        }
      },
      end: (second) => {
        const fault = faultOf('type-scoped', walked, second);
        return (
          fault ?? (scoped.length === 0 ? notApplicable('no resource type is type-scoped') : passed(scoped.join(', ')))
        );
      },
    };
  },
};

function faultOf(
  fault: Parameters<Walked['faults']['get']>[0],
  walked: Walked,
  second: Walked | undefined,
): CheckResult | undefined {
  const tally = walked.faults.get(fault) ?? second?.faults.get(fault);
  return tally && failed(describe(tally));
}

function describe({ count, messages }: FaultTally): string {
  const more = count - messages.length;
  return [...messages, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}

export const listingChecks = [listingsAnswer, pageTokensEnd, pageTokenLength, messagesFit, typeScopedAnswers];
