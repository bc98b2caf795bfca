# `tandem serve` listens on loopback only until it has authentication, so a published port reaches nothing yet:
#   docker build -t tandem . && docker run --rm --network host -v tandem:/data tandem
# or let the container share another's network: docker run --network container:<name> ...
FROM python:3.11-slim AS build
WORKDIR /src
COPY . .
RUN docker/build-steps /opt/tandem

FROM python:3.11-slim
RUN useradd --uid 10001 --create-home --home-dir /data tandem
COPY --from=build /opt/tandem /opt/tandem
ENV PATH=/opt/tandem/bin:$PATH PYTHONUNBUFFERED=1
USER tandem
WORKDIR /data
VOLUME /data
HEALTHCHECK --interval=30s --timeout=3s --start-period=15s CMD ["python", "/opt/tandem/health.py"]
ENTRYPOINT ["tandem"]
CMD ["serve"]
