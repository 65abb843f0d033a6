// Checks of the annotations of resources, entitlements and grants.
import type { DescMessage } from '@bufbuild/protobuf';
import { type Any, anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { BatonIDSchema } from '#gen/c1/connector/v2/annotation_baton_id_pb.js';
import { GrantExpandableSchema } from '#gen/c1/connector/v2/annotation_grant_pb.js';
import { AliasesSchema } from '#gen/c1/connector/v2/annotation_id_alias_pb.js';
import { EnqueuePageTokensSchema } from '#gen/c1/connector/v2/annotation_type_scoped_grants_pb.js';
import { annotationRegistry } from '../../messages/annotation-registry.ts';
import { notApplicable, type WalkCheck, type Watcher } from '../check.ts';
import { describeResource, quote } from '../describe-call.ts';
import { Findings } from '../findings.ts';
import type { LimitChecker } from '../limits.ts';
import { unpack } from '../unpack.ts';

const noBatonId: WalkCheck = {
  id: 'no-baton-id',
  title: 'Nothing has a BatonID annotation, which only a sync may add',
  watch: () => {
    const findings = new Findings();
    return {
      ...watchAnnotations((annotations, name) => {
        if (annotations.some((any) => anyIs(any, BatonIDSchema))) {
          findings.add(() => `${name()} has BatonID`);
        }
      }),
      end: () => findings.result(),
    };
  },
};

/** The annotations whose limits a sync checks when it reads them (baton-sdk v0.25.0). */
const limited: readonly DescMessage[] = [AliasesSchema, GrantExpandableSchema];

const annotationsValid: WalkCheck = {
  id: 'annotations-valid',
  title: 'Annotations of the protocol are well-formed and within the limits',
  watch: ({ limits }) => {
    const findings = new Findings();
    return {
      ...watchAnnotations((annotations, name) => {
        for (const any of annotations) {
          const violation = faultOf(any, limits);
          if (violation) {
            findings.add(() => `${name()} has ${any.typeUrl} with ${violation}`);
          }
        }
      }),
      end: () => findings.result(),
    };
  },
};

/** All tokens of one annotation together (pkg/sync/type_scoped.go of baton-sdk v0.25.0). */
const enqueuedMaxBytes = 16 * 1024 * 1024;

const enqueuedPageTokens: WalkCheck = {
  id: 'enqueued-page-tokens',
  title: 'A response enqueues further page tokens at most once, without duplicates and within the limits',
  watch: ({ limits }) => {
    const findings = new Findings();
    let count = 0;
    return {
      page: ({ annotations, nextPageToken }, { name }) => {
        const [enqueued, second] = annotations.filter((any) => anyIs(any, EnqueuePageTokensSchema));
        const message = enqueued && unpack(enqueued, EnqueuePageTokensSchema);
        if (!message) {
          return;
        }
        count++;
        const tokens = message.pageTokens;
        const violation =
          (second && 'a duplicate annotation') ??
          limits(EnqueuePageTokensSchema, message) ??
          (new Set([...tokens, nextPageToken]).size <= tokens.length ? 'a duplicate token' : undefined) ??
          (Buffer.byteLength(tokens.join('')) > enqueuedMaxBytes ? 'more than 16 MiB of tokens' : undefined);
        if (violation) {
          findings.add(() => `${name} returned EnqueuePageTokens with ${violation}`);
        }
      },
      end: () => (count === 0 ? notApplicable('no response enqueues page tokens') : findings.result()),
    };
  },
};

/** Reports the annotations of each item. */
function watchAnnotations(look: (annotations: readonly Any[], name: () => string) => void): Omit<Watcher, 'end'> {
  return {
    resource: ({ id, annotations }, { listing }) =>
      look(annotations, () => `${describeResource(id)}, returned by ${listing.name},`),
    template: ({ slug, annotations }, { listing }) =>
      look(annotations, () => `the template ${quote(slug)}, returned by ${listing.name},`),
    entitlement: ({ id, annotations }, { listing }) =>
      look(annotations, () => `the entitlement ${quote(id)}, returned by ${listing.name},`),
    grant: ({ id, annotations }, { listing }) =>
      look(annotations, () => `the grant ${quote(id)}, returned by ${listing.name},`),
  };
}

function faultOf(any: Any, limits: LimitChecker): string | undefined {
  try {
    // Annotations of types outside the protocol are ignored.
    const message = anyUnpack(any, annotationRegistry);
    const schema = message && limited.find((desc) => desc.typeName === message.$typeName);
    return schema && limits(schema, message);
  } catch {
    return 'malformed bytes';
  }
}

export const annotationChecks = [noBatonId, annotationsValid, enqueuedPageTokens];
