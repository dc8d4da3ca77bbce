# Parley in a container. Build: docker build -t parley .
# Run:   docker run --env-file .env --volume parley-data:/data --stop-timeout 20 parley
# (replies in flight get up to 15 s to end; Slack's HTTP mode and the web page also need --publish 3000:3000,
# the page and the HTTP API a WEB_TOKEN: a container is open to others. With nothing configured that is needed, too.)
FROM node:24-slim

ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=3000 MALLOC_ARENA_MAX=2
WORKDIR /app

COPY package.json package-lock.json ./
RUN npm ci --omit=dev && npm cache clean --force
COPY src ./src

RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 3000

HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=2 CMD ["node", "src/ops/health.ts", "/data"]
# As "npm start" has it: little room for young objects, or each process takes 100 MB more.
CMD ["node", "--max-semi-space-size=8", "src/main.ts"]
