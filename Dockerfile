# The platform in one container, on the embedded adapters. Data in /data; the HTTP interface on loopback until identity exists.
FROM node:24-slim AS build
WORKDIR /waybill
COPY . .
RUN npm ci --no-audit --no-fund && npx tsc -b && npm prune --omit=dev --no-audit --no-fund

FROM node:24-slim
ENV NODE_ENV=production WAYBILL_DATA_DIR=/data
WORKDIR /waybill
COPY --from=build --chown=node:node /waybill /waybill
RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
HEALTHCHECK --interval=10s --start-period=5s CMD ["node", "-e", "fetch('http://127.0.0.1:'+(process.env.PORT||3000)+'/readyz').then((r)=>process.exit(r.ok?0:1),()=>process.exit(1))"]
CMD ["node", "--disable-warning=ExperimentalWarning", "apps/platform/dist/main.js", "--no-sample"]
