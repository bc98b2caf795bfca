# `tandem serve` listens on loopback only, where nobody is asked who they are:
#   docker build -t tandem . && docker run --rm --network host -v tandem:/data tandem
# A published port reaches it once it asks: -p 127.0.0.1:8080:8080 -e TANDEM_AUTH=required
#   -e TANDEM_HOST=0.0.0.0 -e TANDEM_ALLOWED_HOSTS=tandem.clinic.example (docs/howto/run-for-a-clinic.md)
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
