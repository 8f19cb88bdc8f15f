# The service as an image: `docker compose up --build`, or `docker build -t motcua .`
#
# Built with TLS towards PostgreSQL (`sslmode=require`), which a plain `cargo build` leaves out so that
# it needs nothing but a C compiler.

FROM rust:1.95-slim-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends gcc libc6-dev libssl-dev pkg-config \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /motcua
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/motcua/target \
    cargo build --locked --profile image --features postgres-tls --bin motcua \
 && cp target/image/motcua /usr/local/bin/motcua

FROM debian:12-slim
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates libssl3 tzdata \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --user-group --home-dir /data motcua \
 && install -d -o motcua -g motcua -m 0750 /data
COPY --from=build /usr/local/bin/motcua /usr/local/bin/motcua
COPY LICENSE /usr/share/doc/motcua/LICENSE
COPY fonts/LICENSE /usr/share/doc/motcua/LICENSE.fonts
USER motcua
# The default paths (data/motcua.db, data/mail) lie under the volume.
WORKDIR /
VOLUME /data
ENV MIMALLOC_PURGE_DELAY=0 \
    MIMALLOC_ARENA_EAGER_COMMIT=0 \
    MOTCUA__HTTP__HOST=0.0.0.0 \
    MOTCUA__HTTP__PORT=8080
EXPOSE 8080
# Asked through the shell: an image without curl has less to patch.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$MOTCUA__HTTP__PORT && printf 'GET /health/ready HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["motcua"]
CMD ["serve"]
