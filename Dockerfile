# failpath's mock as a container. It is written with care and not built by the tests of this project: build it where you have Docker.
#
#   docker build -t failpath .
#   docker run --rm -p 4010:4010 failpath                 # prints the admin token that it has made
#   docker run --rm -p 4010:4010 -v ./openapi.yaml:/srv/failpath/openapi.yaml:ro failpath mock --host 0.0.0.0 --workers auto

FROM node:20-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc* ./
# Without scripts: what is built comes next, and packages with parts for each machine bring them ready.
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build && mkdir /packed && npm pack --ignore-scripts --pack-destination /packed

FROM node:20-slim
ENV NODE_ENV=production
COPY --from=build /packed/*.tgz /packed/failpath.tgz
RUN npm install --global --omit=dev --ignore-scripts --no-audit --no-fund /packed/failpath.tgz \
  && rm /packed/failpath.tgz \
  && npm cache clean --force \
  && mkdir -p /srv/failpath && chown node:node /srv/failpath
USER node
WORKDIR /srv/failpath
EXPOSE 4010
# An interrupt is what ends a mock in good order; docker would send SIGTERM, which does the same.
STOPSIGNAL SIGINT
# Any answer of the control API says that it serves: 401 where it asks for its token.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD node -e "fetch('http://127.0.0.1:4010/__admin/ready').then(({ status }) => process.exit(status === 200 || status === 401 ? 0 : 1), () => process.exit(1))"
ENTRYPOINT ["failpath"]
CMD ["mock", "--host", "0.0.0.0", "--quiet"]
