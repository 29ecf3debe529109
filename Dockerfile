# Every service and the platform in one process, in one image; the command says which: gateway, orchestrator, agent-node, rag-indexer, platform.
FROM node:24-slim AS build
WORKDIR /waybill
COPY . .
RUN npm ci --no-audit --no-fund && npx tsc -b && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV WAYBILL_DATA_DIR=/data
WORKDIR /waybill
COPY --from=build --chown=node:node /waybill /waybill
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
HEALTHCHECK --interval=10s --start-period=10s CMD ["node", "tools/container/healthy.mjs"]
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "tools/container/main.mjs"]
CMD ["platform"]
