# Built here, run from a second stage that has neither compilers nor development dependencies.
FROM node:22-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# The build needs the sources, so that npm's own "prepare" waits.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY tools ./tools
COPY fonts ./fonts
COPY src ./src
COPY packages/client/src ./packages/client/src
COPY web ./web
RUN npm run build && npm prune --omit=dev --ignore-scripts \
  && mkdir bin && ln -s ../dist/main.js bin/sms-verification

FROM node:22-slim
ENV NODE_ENV=production
# Production listens on all addresses. Whoever sets another NODE_ENV needs HOST=0.0.0.0 to be reached from outside.
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY fonts ./fonts
# `docker exec … sms-verification status`: a link to dist/main.js.
COPY --from=build /app/bin ./bin
ENV PATH=/app/bin:$PATH
# Owned by root and only read: the process cannot change what it runs.
USER node
EXPOSE 4000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 4000}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Without npm in between, so that SIGTERM arrives.
CMD ["node", "dist/main.js"]
