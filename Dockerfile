# mailbot in a container. Its steps are the Makefile's: what a newcomer runs is what runs here.
#   docker compose up --build --detach
FROM debian:bookworm-slim

RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates make python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /opt/mailbot
COPY . .
RUN make packages install && rm -rf /var/lib/apt/lists/* /root/.cache

# The program belongs to root and cannot be changed by the one who runs it; only its own folder can.
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /srv/mailbot mailbot \
    && install --directory --owner=mailbot --group=mailbot --mode=0700 /srv/mailbot
USER 10001:10001
WORKDIR /srv/mailbot
VOLUME /srv/mailbot
ENV PATH=/opt/mailbot/.venv/bin:/usr/bin:/bin PYTHONDONTWRITEBYTECODE=1 OMP_THREAD_LIMIT=1

# web.listen = "0.0.0.0:8025" in config.toml; /health stays inside.
EXPOSE 8025
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8026/health', timeout=8)"]
ENTRYPOINT ["mailbot"]
CMD ["run"]
