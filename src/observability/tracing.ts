import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import type { Logger } from '../log';
import type { DomainEvent } from '../verification/events';
import { Reason } from '../verification/reasons';

export interface Tracing {
  /** Runs what answers a request to /graphql within a span; `status` tells the HTTP status once it is answered. */
  request<T>(request: IncomingMessage, run: () => Promise<T>, status: () => number): Promise<T>;
  /** Adds what happens within a request to its trace. */
  observe(event: DomainEvent): void;
  /** Sends what is left, for at most a second. */
  close(): Promise<void>;
}

const SERVICE_NAME = 'sms-verification-server';
const LAST_EXPORT_MS = 1_000;

/**
 * Traces over OTLP/HTTP, by the standard OTEL_ variables, which the SDK reads by itself: endpoint, headers, sampler, batches. Spans
 * carry names and outcomes of this program and the correlation id of a message; no mobile, no code, no argument, no address.
 * @param followCallers whether a trace that the request's headers name is continued; a client could otherwise choose what is traced.
 */
export async function startTracing(followCallers: boolean, log: Logger): Promise<Tracing> {
  // Loaded only when used: half a second of start.
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources, core] = await Promise.all([
    import('@opentelemetry/sdk-trace-node'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/core'),
  ]);
  core.setGlobalErrorHandler((error) => {
    log.warn(
      { error: typeof error === 'string' ? error : error.message },
      'Traces could not be exported: check that the collector at OTEL_EXPORTER_OTLP_ENDPOINT is up',
    );
  });
  const named = resources.detectResources({ detectors: [resources.envDetector] });
  const provider = new NodeTracerProvider({
    resource: resources.resourceFromAttributes({ 'service.name': SERVICE_NAME }).merge(named),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer(SERVICE_NAME);
  const propagator = new core.W3CTraceContextPropagator();
  const requests = new AsyncLocalStorage<Span>();

  const parentOf = (headers: IncomingHttpHeaders): Context =>
    followCallers
      ? propagator.extract(ROOT_CONTEXT, headers, {
          get: (carrier, key) => carrier[key],
          keys: (carrier) => Object.keys(carrier),
        })
      : ROOT_CONTEXT;

  /** A span of something that has just ended. */
  const past = (parent: Span, name: string, durationMs: number, failed: boolean, attributes: Attributes) => {
    const end = Date.now();
    const span = tracer.startSpan(
      name,
      { kind: SpanKind.CLIENT, startTime: end - durationMs, attributes },
      trace.setSpan(ROOT_CONTEXT, parent),
    );
    if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end(end);
  };

  return {
    async request({ method = 'GET', headers }, run, status) {
      const attributes = { 'http.request.method': method, 'url.path': '/graphql' };
      const span = tracer.startSpan(`${method} /graphql`, { kind: SpanKind.SERVER, attributes }, parentOf(headers));
      try {
        return await requests.run(span, run);
      } finally {
        span.setAttribute('http.response.status_code', status());
        span.end();
      }
    },

    observe(event) {
      const span = requests.getStore();
      if (!span) return;
      switch (event.type) {
        case 'operation-answered': {
          const { operation, reason } = event;
          span.updateName(operation);
          span.setAttributes({ 'sms.operation': operation, 'sms.reason': reason });
          const failed = reason === 'ERROR' || reason === Reason.SERVICE_UNAVAILABLE;
          if (failed) span.setStatus({ code: SpanStatusCode.ERROR });
          return;
        }
        case 'send-attempted': {
          const { class: outcome, provider: name, providerCode } = event.outcome;
          span.setAttribute('sms.id', event.id);
          past(span, `send ${name}`, event.durationMs, outcome !== 'accepted', {
            'sms.id': event.id,
            'sms.provider': name,
            'sms.outcome': outcome,
            'sms.provider_code': providerCode,
          });
          return;
        }
        case 'store-answered':
          past(span, `store ${event.operation}`, event.durationMs, event.outcome !== 'ok', {});
          return;
        case 'limit-hit':
          span.setAttribute('sms.limit', event.rule);
      }
    },

    async close() {
      const timeout = new Promise<void>((resolve) => setTimeout(resolve, LAST_EXPORT_MS).unref());
      await Promise.race([provider.shutdown().catch(() => undefined), timeout]);
    },
  };
}
