# Evenkeel as one image: one binary and its site, run by nobody in particular.
FROM debian:trixie-slim AS build
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates curl gcc libc6-dev \
 && rm -rf /var/lib/apt/lists/*
ENV RUSTUP_HOME=/opt/rustup CARGO_HOME=/opt/cargo PATH=/opt/cargo/bin:$PATH
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs \
  | sh -s -- -y --profile minimal --default-toolchain 1.95 --target wasm32-unknown-unknown
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/opt/cargo/registry --mount=type=cache,target=/src/target \
    cargo build --release --locked -p evenkeel-server --bin evenkeel \
 && cargo run --release --locked -q -p xtask -- site \
 && install -D target/release/evenkeel /out/evenkeel \
 && cp -r site /out/site

FROM debian:trixie-slim
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openssh-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /var/lib/evenkeel --create-home evenkeel
COPY --from=build /out/evenkeel /usr/local/bin/evenkeel
COPY --from=build /out/site /usr/share/evenkeel/site
USER 10001
WORKDIR /var/lib/evenkeel
ENV EVENKEEL_ADDR=0.0.0.0:3000 \
    EVENKEEL_SITE=/usr/share/evenkeel/site \
    DATABASE_URL=sqlite:///var/lib/evenkeel/evenkeel.db
VOLUME /var/lib/evenkeel
EXPOSE 3000
ENTRYPOINT ["evenkeel"]
CMD ["serve"]
