# The image of baton-percipio: the built program, which has its dependencies in it, and Node. Runs as a user without
# rights, and needs to write to /tmp alone (and to /data, for the file of a single sync).
# The version of Node is the one that package.json pins; test/dockerfile.test.ts compares them.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
COPY gen/package.json gen/
COPY src/baton/package.json src/baton/
RUN npm ci
COPY gen gen
COPY src src
COPY scripts/build.ts scripts/
RUN npm run build

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
# What threads have given back is used again by others: docs/deploy.md has the figures.
ENV MALLOC_ARENA_MAX=1
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /build/dist dist
# A single sync writes ./sync.c1z: mount a folder here to keep it.
WORKDIR /data
RUN chown node:node /data
USER node
# Service mode and `serve` answer the check below, at 127.0.0.1:8081. Kubernetes does not run it.
ENV BATON_HEALTH_CHECK=true
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["node", "/app/dist/main.js", "health-check", "--endpoint=live"]
# The flag keeps young objects in less room: docs/deploy.md has the figures.
ENTRYPOINT ["node", "--max-semi-space-size=8", "/app/dist/main.js"]
