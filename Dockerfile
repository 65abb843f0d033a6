# The image of baton-percipio: Node and the bundled program. Runs as an unprivileged user and writes only to /tmp (and to
# /data, for the file of a single sync).
# By digest, so that the same tag cannot become something else. It is the digest of the index, so it has every platform;
# docker-library's repo-info lists it. test/dockerfile.test.ts checks that package.json pins the same version of Node.
ARG NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6

# On the machine's own platform: what it builds runs on every one.
FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY gen/package.json gen/
COPY src/baton/package.json src/baton/
RUN npm ci
COPY gen gen
COPY src src
COPY scripts/build.ts scripts/sbom.ts scripts/
RUN npm run build

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
# Lets threads reuse memory that other threads have freed; docs/deploy.md has the figures.
ENV MALLOC_ARENA_MAX=1
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /build/dist dist
# A single sync writes ./sync.c1z: mount a volume here to keep it.
WORKDIR /data
RUN chown node:node /data
USER node
# Service mode and `serve` answer the check below on 127.0.0.1:8081. Kubernetes ignores HEALTHCHECK.
ENV BATON_HEALTH_CHECK=true
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["node", "--permission", "--allow-fs-read=*", "/app/dist/main.js", "health-check", "--endpoint=live"]
# --max-semi-space-size limits the space for young objects; docs/deploy.md has the figures. It also describes the other
# flags: no debugger, no other programs, and no files outside of /tmp and /data. --allow-worker has a warning.
ENTRYPOINT ["node", "--max-semi-space-size=8", "--disable-sigusr1", "--permission", "--allow-fs-read=*", "--allow-fs-write=/tmp", "--allow-fs-write=/data", "--allow-worker", "--disable-warning=PERM0006", "/app/dist/main.js"]
