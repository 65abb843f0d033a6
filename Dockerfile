# The image of baton-percipio: the compiled program, its dependencies, and Node. Runs as a user without rights.
# The version of Node is the one that package.json pins; test/dockerfile.test.ts compares them.
FROM node:24.21.0-bookworm-slim AS build
WORKDIR /build
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY gen gen
COPY src src
RUN npm run build && npm prune --omit=dev

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json LICENSE ./
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/gen gen
COPY --from=build /build/dist dist
# One-shot syncs write ./sync.c1z: mount a folder here to keep it.
WORKDIR /data
RUN chown node:node /data
USER node
ENTRYPOINT ["node", "/app/dist/main.js"]
