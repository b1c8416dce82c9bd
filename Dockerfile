# One image for the worker, the consumers and the tools: `docker run segpulse worker`, `… consume redis`, …
FROM python:3.11-slim-bookworm

RUN useradd --uid 10001 --create-home segpulse
WORKDIR /src
COPY pyproject.toml README.md requirements.lock ./
COPY segpulse segpulse
COPY streams streams
COPY consumers consumers
COPY producers producers
# The lock holds the versions to the tested ones; tests' and demo's packages stay out.
RUN pip install --no-cache-dir --disable-pip-version-check --constraint requirements.lock . && rm -rf build

USER segpulse
WORKDIR /home/segpulse
ENV PYTHONUNBUFFERED=1
ENTRYPOINT ["segpulse"]
CMD ["--help"]
